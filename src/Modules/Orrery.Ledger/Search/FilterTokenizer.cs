using Orrery.Kernel;

namespace Orrery.Ledger.Search;

/// <summary>Cuts a filter into its pieces, in one pass.</summary>
internal static class FilterTokenizer
{
    /// <summary>The longest filter, in characters: a thousand run ids fit.</summary>
    public const int MaxLength = 65_536;

    private const string EndOfWord = "=!<>(),'\"`";

    public static IReadOnlyList<FilterToken> Cut(string filter)
    {
        if (filter.Length > MaxLength)
            throw new InvalidException($"The filter has {filter.Length} characters; at most {MaxLength} are read.");
        var tokens = new List<FilterToken>();
        for (var at = 0; at < filter.Length;)
        {
            if (char.IsWhiteSpace(filter[at]))
            {
                at++;
                continue;
            }

            var token = Next(filter, at);
            tokens.Add(token);
            at = token.End;
        }

        tokens.Add(new(TokenKind.End, "", filter.Length, filter.Length));
        return tokens;
    }

    private static FilterToken Next(string filter, int at) => filter[at] switch
    {
        '\'' or '"' => Quoted(filter, at, TokenKind.Quoted),
        '`' => Quoted(filter, at, TokenKind.Backticked),
        '(' => new(TokenKind.Open, "(", at, at + 1),
        ')' => new(TokenKind.Close, ")", at, at + 1),
        ',' => new(TokenKind.Comma, ",", at, at + 1),
        '=' or '!' or '<' or '>' => Operator(filter, at),
        _ => Word(filter, at),
    };

    // A quote within is written twice, as in SQL.
    private static FilterToken Quoted(string filter, int start, TokenKind kind)
    {
        var quote = filter[start];
        var text = new System.Text.StringBuilder();
        for (var at = start + 1; at < filter.Length; at++)
        {
            if (filter[at] != quote)
                text.Append(filter[at]);
            else if (at + 1 < filter.Length && filter[at + 1] == quote)
                text.Append(filter[at++]);
            else
                return new(kind, text.ToString(), start, at + 1);
        }

        throw FilterErrors.At(start, $"The quote {quote} is not closed");
    }

    private static FilterToken Operator(string filter, int start)
    {
        foreach (var found in (string[])["!=", "<>", "<=", ">=", "==", "=", "<", ">"])
        {
            if (string.CompareOrdinal(filter, start, found, 0, found.Length) == 0)
                return new(TokenKind.Operator, found switch { "<>" => "!=", "==" => "=", _ => found }, start, start + found.Length);
        }

        throw FilterErrors.At(start, $"'{filter[start]}' is no comparator; expected one of = != < <= > >=");
    }

    private static FilterToken Word(string filter, int start)
    {
        var end = start;
        while (end < filter.Length && !char.IsWhiteSpace(filter[end]) && !EndOfWord.Contains(filter[end]))
            end++;
        return new(TokenKind.Word, filter[start..end], start, end);
    }
}
