namespace Orrery.Ledger.Search;

/// <summary>The names that a filter over one kind of thing may use.</summary>
/// <param name="What">What is searched, for messages: <c>runs</c>.</param>
/// <param name="Subjects">What names may begin with: each of the words stands for one subject.</param>
/// <param name="Attributes">The attributes by name and alias.</param>
internal sealed record SearchVocabulary(
    string What, IReadOnlyDictionary<string, SearchSubject> Subjects, IReadOnlyDictionary<string, SearchField> Attributes)
{
    /// <summary>The words that every vocabulary has for tags and attributes.</summary>
    public static IEnumerable<KeyValuePair<string, SearchSubject>> TagsAndAttributes { get; } =
    [
        new("tag", SearchSubject.Tag), new("tags", SearchSubject.Tag),
        new("attribute", SearchSubject.Attribute), new("attributes", SearchSubject.Attribute), new("attr", SearchSubject.Attribute),
    ];

    /// <summary>Attributes of text, each with its aliases behind it.</summary>
    public static IEnumerable<KeyValuePair<string, SearchField>> Text(params string[] names) => Named(names, false);

    /// <summary>Attributes of numbers, each with its aliases behind it.</summary>
    public static IEnumerable<KeyValuePair<string, SearchField>> Number(params string[] names) => Named(names, true);

    /// <summary>The field that a name means; null and a reason where it means none.</summary>
    public SearchField? Find(string? subject, string key, out string reason)
    {
        reason = "";
        var of = SearchSubject.Attribute;
        if (subject is not null && !Subjects.TryGetValue(subject, out of))
        {
            reason = $"Invalid entity type '{subject}'. Valid values are {string.Join(", ", Subjects.Keys)}";
            return null;
        }

        if (of == SearchSubject.Attribute)
        {
            if (Attributes.TryGetValue(key, out var attribute))
                return attribute;
            reason = $"Invalid attribute key '{key}' specified. Valid keys of {What} are {string.Join(", ", Attributes.Values.Select(field => field.Key).Distinct())}";
            return null;
        }

        if (of == SearchSubject.Dataset && key is not ("name" or "digest" or "context"))
        {
            reason = $"Invalid dataset key '{key}' specified. Valid keys are name, digest, context";
            return null;
        }

        return of == SearchSubject.Span ? FindSpan(key, out reason) : new(of, key, of == SearchSubject.Metric) { Mixed = of is SearchSubject.Feedback or SearchSubject.Expectation };
    }

    private static SearchField? FindSpan(string key, out string reason)
    {
        const string attributes = "attributes.";
        reason = "";
        if (key is "name" or "type" or "status")
            return new(SearchSubject.Span, key, false);
        if (key is "duration" or "duration_ms")
            return new(SearchSubject.Span, "duration", true);
        if (key.StartsWith(attributes, StringComparison.Ordinal) && key.Length > attributes.Length)
            return new(SearchSubject.SpanAttribute, key[attributes.Length..], false) { Mixed = true };
        reason = $"Invalid span attribute '{key}'. Valid are name, type, status, duration and attributes.KEY";
        return null;
    }

    private static IEnumerable<KeyValuePair<string, SearchField>> Named(string[] names, bool numeric)
    {
        var field = new SearchField(SearchSubject.Attribute, names[0], numeric);
        return names.Select(name => KeyValuePair.Create(name, field));
    }
}
