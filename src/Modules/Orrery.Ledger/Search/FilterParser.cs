using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Ledger.Search;

/// <summary>
/// Reads a filter by recursive descent:
/// <code>
/// filter     = [ comparison { "AND" comparison } ]
/// comparison = name ( operator value | [ "NOT" ] "IN" "(" text { "," text } ")" | ( "LIKE" | "ILIKE" ) text | "IS" [ "NOT" ] "NULL" )
/// name       = [ subject "." ] key            keys with other characters stand in backticks or double quotes
/// </code>
/// It is the grammar of MLflow's search (mlflow.org/docs/latest/ml/search/search-runs), with IN, IS NULL and quoting allowed everywhere.
/// </summary>
internal ref struct FilterParser
{
    private const int MaxComparisons = 100;
    private const int MaxListed = 1000;
    private const int MaxPatternLength = 1000; // LIKE takes time of length × text

    private readonly SearchVocabulary _vocabulary;
    private readonly IReadOnlyList<FilterToken> _tokens;
    private int _at;

    private FilterParser(SearchVocabulary vocabulary, string text) => (_vocabulary, _tokens) = (vocabulary, FilterTokenizer.Cut(text));

    private readonly FilterToken Current => _tokens[_at];

    /// <summary>The conditions, all of which must hold; none where there is no filter.</summary>
    public static IReadOnlyList<Comparison> Parse(SearchVocabulary vocabulary, string? filter)
    {
        var parser = new FilterParser(vocabulary, filter ?? "");
        var comparisons = new List<Comparison>();
        if (parser.Current.Kind == TokenKind.End)
            return comparisons;
        do
        {
            comparisons.Add(parser.Comparison());
            if (comparisons.Count > MaxComparisons)
                throw FilterErrors.At(parser.Current.Start, $"A filter has at most {MaxComparisons} conditions");
        }
        while (parser.Took("AND"));
        return parser.Current.Kind == TokenKind.End
            ? comparisons
            : throw FilterErrors.At(parser.Current.Start, $"Invalid clause(s) in filter string: expected AND or the end, found {parser.Current}");
    }

    /// <summary>A clause of an order: a name, with ASC or DESC behind it.</summary>
    public static SortClause ParseOrder(SearchVocabulary vocabulary, string clause)
    {
        try
        {
            var parser = new FilterParser(vocabulary, clause);
            var field = parser.Name();
            var descending = parser.Took("DESC");
            if (!descending)
                parser.Took("ASC");
            return parser.Current.Kind == TokenKind.End ? new(field, descending) : throw FilterErrors.InOrder(clause, $"Expected ASC, DESC or the end, found {parser.Current}.");
        }
        catch (InvalidException error) when (!error.Message.StartsWith("Invalid order_by", StringComparison.Ordinal))
        {
            throw FilterErrors.InOrder(clause, error.Message);
        }
    }

    private Comparison Comparison()
    {
        var start = Current.Start;
        var field = Name();
        var at = Current.Start;
        if (Took("IS"))
        {
            var not = Took("NOT");
            Expect("NULL");
            return new(field, not ? Comparator.IsNotNull : Comparator.IsNull, 0, [], start);
        }

        if (Took("NOT"))
        {
            Expect("IN");
            return new(Textual(field, at, "NOT IN"), Comparator.NotIn, 0, Listed(), start);
        }

        if (Took("IN"))
            return new(Textual(field, at, "IN"), Comparator.In, 0, Listed(), start);
        if (Took("LIKE"))
            return new(Textual(field, at, "LIKE"), Comparator.Like, 0, [Pattern()], start);
        if (Took("ILIKE"))
            return new(Textual(field, at, "ILIKE"), Comparator.LikeAnyCase, 0, [Pattern()], start);
        var comparator = Operator(field);
        // What a mixed field is compared with says what it is: only texts stand in quotes.
        return field.Numeric || (field.Mixed && Current.Kind == TokenKind.Word) ? new(field, comparator, Number(field), [], start)
            : !field.Mixed || comparator is Comparator.Equal or Comparator.NotEqual ? new(field, comparator, 0, [Text(field)], start)
            : throw FilterErrors.At(at, $"Texts are compared by =, !=, LIKE, ILIKE, IN, NOT IN, IS NULL; write the number for {Describe(field)} without quotes");
    }

    private SearchField Name()
    {
        var start = Current;
        if (!start.IsName)
            throw FilterErrors.At(start.Start, $"Invalid comparison clause. Expected a name such as metrics.auc, found {start}");
        var (subject, key) = Parts();
        return _vocabulary.Find(subject, key, out var reason) ?? throw FilterErrors.At(start.Start, reason);
    }

    // metrics.auc and metrics.`val auc` and `metrics`.auc: pieces that touch belong together; the first dot outside of quotes parts them.
    private (string? Subject, string Key) Parts()
    {
        var first = Take();
        if (first.Kind == TokenKind.Word && first.Text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot)
        {
            var rest = first.Text[(dot + 1)..];
            // Of span.attributes.`my key` the part before the quotes belongs to the key.
            if ((rest.Length == 0 || rest.EndsWith('.')) && Touches(first) && Current.Kind is TokenKind.Quoted or TokenKind.Backticked)
                rest += Take().Text;
            return rest.Length > 0 ? (first.Text[..dot], rest) : throw FilterErrors.At(first.End - 1, "Expected a key behind the dot");
        }

        if (!Touches(first) || Current.Kind != TokenKind.Word || !Current.Text.StartsWith('.'))
            return (null, first.Text);
        var behind = Take();
        if (behind.Text.Length > 1)
            return (first.Text, behind.Text[1..]);
        return Touches(behind) && Current.Kind is TokenKind.Quoted or TokenKind.Backticked
            ? (first.Text, Take().Text)
            : throw FilterErrors.At(behind.Start, "Expected a key behind the dot");
    }

    private Comparator Operator(SearchField field)
    {
        var token = Current;
        if (token.Kind != TokenKind.Operator)
            throw FilterErrors.At(token.Start, $"Invalid comparison clause. Expected a comparator, found {token}");
        _at++;
        return token.Text switch
        {
            "=" => Comparator.Equal,
            "!=" => Comparator.NotEqual,
            _ when !field.Numeric && !field.Mixed => throw FilterErrors.At(token.Start, $"Invalid comparator '{token.Text}' for {Describe(field)}: expected one of =, !=, LIKE, ILIKE, IN, NOT IN, IS NULL"),
            "<" => Comparator.Less,
            "<=" => Comparator.LessOrEqual,
            ">" => Comparator.Greater,
            _ => Comparator.GreaterOrEqual,
        };
    }

    private static SearchField Textual(SearchField field, int position, string comparator) => !field.Numeric
        ? field
        : throw FilterErrors.At(position, $"Invalid comparator '{comparator}' for {Describe(field)}: expected one of =, !=, <, <=, >, >=, IS NULL");

    private double Number(SearchField field)
    {
        var token = Take();
        return token.Kind == TokenKind.Word && double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw FilterErrors.At(token.Start, $"Expected numeric value type for {Describe(field)}. Found {token}");
    }

    private string Text(SearchField field)
    {
        var token = Take();
        return token.Kind == TokenKind.Quoted
            ? token.Text
            : throw FilterErrors.At(token.Start, $"Expected a quoted string value for {Describe(field)} (e.g. 'my-value'). Got value {token}");
    }

    private string Pattern()
    {
        var token = Take();
        if (token.Kind != TokenKind.Quoted)
            throw FilterErrors.At(token.Start, $"Expected a quoted pattern (e.g. 'my-%'). Got value {token}");
        return token.Text.Length <= MaxPatternLength ? token.Text : throw FilterErrors.At(token.Start, $"A pattern has at most {MaxPatternLength} characters");
    }

    private List<string> Listed()
    {
        var texts = new List<string>();
        ExpectKind(TokenKind.Open, "(");
        do
        {
            var token = Take();
            if (token.Kind != TokenKind.Quoted)
                throw FilterErrors.At(token.Start, $"Expected a quoted string value in the list. Found {token}");
            texts.Add(token.Text);
            if (texts.Count > MaxListed)
                throw FilterErrors.At(token.Start, $"A list has at most {MaxListed} values");
        }
        while (TookKind(TokenKind.Comma));
        ExpectKind(TokenKind.Close, ")");
        return texts;
    }

    private static string Describe(SearchField field) => $"{field.Subject.ToString().ToLowerInvariant()} '{field.Key}'";

    private FilterToken Take()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
            _at++;
        return token;
    }

    private readonly bool Touches(FilterToken before) => Current.Start == before.End;

    private bool Took(string keyword)
    {
        if (!Current.Is(keyword))
            return false;
        _at++;
        return true;
    }

    private bool TookKind(TokenKind kind)
    {
        if (Current.Kind != kind)
            return false;
        _at++;
        return true;
    }

    private void Expect(string keyword)
    {
        if (!Took(keyword))
            throw FilterErrors.At(Current.Start, $"Expected {keyword}, found {Current}");
    }

    private void ExpectKind(TokenKind kind, string text)
    {
        if (!TookKind(kind))
            throw FilterErrors.At(Current.Start, $"Expected '{text}', found {Current}");
    }
}
