namespace Orrery.Ledger.Search;

/// <summary>What a piece of a filter is.</summary>
internal enum TokenKind
{
    /// <summary>A name, keyword or number as it stands: <c>metrics.auc</c>, <c>AND</c>, <c>0.5</c>.</summary>
    Word,
    /// <summary>Text within single or double quotes.</summary>
    Quoted,
    /// <summary>A name within backticks.</summary>
    Backticked,
    /// <summary><c>= != &lt; &lt;= &gt; &gt;=</c>.</summary>
    Operator,
    /// <summary><c>(</c>.</summary>
    Open,
    /// <summary><c>)</c>.</summary>
    Close,
    /// <summary><c>,</c>.</summary>
    Comma,
    /// <summary>Behind the last.</summary>
    End,
}

/// <summary>A piece of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says, without quotes.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends: two pieces that touch are one name.</param>
internal readonly record struct FilterToken(TokenKind Kind, string Text, int Start, int End)
{
    public bool IsName => Kind is TokenKind.Word or TokenKind.Quoted or TokenKind.Backticked;

    public bool Is(string keyword) => Kind == TokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Kind == TokenKind.End ? "the end" : $"'{Text}'";
}
