namespace Orrery.Ledger.Search;

/// <summary>What a name in a filter begins with: where the value is looked up.</summary>
internal enum SearchSubject
{
    /// <summary>The last value of a metric.</summary>
    Metric,
    /// <summary>A parameter.</summary>
    Parameter,
    /// <summary>A tag.</summary>
    Tag,
    /// <summary>A property of the thing itself.</summary>
    Attribute,
    /// <summary>A dataset that a run read.</summary>
    Dataset,
    /// <summary>What a trace came from.</summary>
    Metadata,
    /// <summary>A property of one of a trace's spans.</summary>
    Span,
    /// <summary>An attribute of one of a trace's spans.</summary>
    SpanAttribute,
    /// <summary>What somebody found of a trace.</summary>
    Feedback,
    /// <summary>What a trace should have answered.</summary>
    Expectation,
}

/// <summary>How a value is compared.</summary>
internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// <summary>A pattern with <c>%</c> and <c>_</c>, in this case.</summary>
    Like,
    /// <summary>A pattern in any case (of ASCII letters).</summary>
    LikeAnyCase,
    In,
    NotIn,
    IsNull,
    IsNotNull,
}

/// <summary>Something to compare or to sort by.</summary>
/// <param name="Subject">Where it is looked up.</param>
/// <param name="Key">The name of the metric, parameter, tag or, of an attribute, the one that its aliases stand for.</param>
/// <param name="Numeric">Whether its values are numbers.</param>
internal sealed record SearchField(SearchSubject Subject, string Key, bool Numeric)
{
    /// <summary>Whether its values are texts or numbers, each as it comes; then what it is compared with says which.</summary>
    public bool Mixed { get; init; }
}

/// <summary>One condition of a filter.</summary>
/// <param name="Field">What is compared.</param>
/// <param name="Comparator">How.</param>
/// <param name="Number">With what number; 0 where the field is text.</param>
/// <param name="Texts">With what texts: one, or those of a list; none where it is compared with a number.</param>
/// <param name="Position">Where it stands in the filter.</param>
internal sealed record Comparison(SearchField Field, Comparator Comparator, double Number, IReadOnlyList<string> Texts, int Position)
{
    /// <summary>The text it is compared with.</summary>
    public string Text => Texts[0];

    /// <summary>Whether it asks no more than whether there is a value.</summary>
    public bool OfPresence => Comparator is Comparator.IsNull or Comparator.IsNotNull;
}

/// <summary>One clause of an order.</summary>
internal sealed record SortClause(SearchField Field, bool Descending);
