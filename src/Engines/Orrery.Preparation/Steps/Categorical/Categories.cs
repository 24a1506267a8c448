using System.Globalization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// The distinct values of a categorical column, in order: texts by UTF-16 code unit, integers by size. Exactly one array is set.
/// </summary>
internal sealed class Categories
{
    private Dictionary<string, int>? _byText;
    private Dictionary<long, int>? _byInteger;

    public string[]? Texts { get; init; }

    public long[]? Integers { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public int Count => Texts?.Length ?? Integers!.Length;

    public bool AreOf(ValueKind kind) => kind == ValueKind.Text ? Texts is not null : Integers is not null;

    public string NameOf(int category) => Texts?[category] ?? Integers![category].ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Writes each row's position among the categories, or −1 where it is missing or unknown. Each distinct value is looked up once.
    /// </summary>
    public void Locate(Column column, Span<int> positions)
    {
        if (column is IntegerColumn integers)
        {
            // Two threads may both build the index; either is right.
            var known = _byInteger ??= Integers!.Index().ToDictionary(c => c.Item, c => c.Index);
            var values = integers.Values;
            for (var row = 0; row < positions.Length; row++)
                positions[row] = known.GetValueOrDefault(values[row], -1);
            return;
        }

        const int unseen = -2;
        var texts = (TextColumn)column;
        var byText = _byText ??= Texts!.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        var byCode = new int[texts.Distinct.Count];
        Array.Fill(byCode, unseen);
        var codes = texts.Codes;
        for (var row = 0; row < positions.Length; row++)
        {
            ref var position = ref byCode[codes[row]];
            if (position == unseen)
                position = byText.GetValueOrDefault(texts.Distinct[codes[row]], -1);
            positions[row] = position;
        }
    }

    /// <summary>A LabelEncoder from category to value; missing and unknown give <paramref name="otherwise"/>.</summary>
    public string EmitLookup(OnnxGraphBuilder graph, string column, float[] values, float otherwise) => graph.MlNode(
        "LabelEncoder",
        [column],
        Texts is not null ? OnnxAttribute.Of("keys_strings", Texts) : OnnxAttribute.Of("keys_int64s", Integers!),
        OnnxAttribute.Of("values_floats", values),
        OnnxAttribute.Of("default_float", otherwise));
}

/// <summary>How often each category of a training column occurs.</summary>
/// <param name="Categories">The categories, in order.</param>
/// <param name="Counts">Rows of each.</param>
internal sealed record CategoryCounts(Categories Categories, long[] Counts)
{
    public static CategoryCounts Of(Column column) => column is IntegerColumn integers ? Of(integers) : Of((TextColumn)column);

    /// <summary>
    /// Those that occur often enough, the most frequent ones where they are too many (of equally frequent ones the first).
    /// </summary>
    public CategoryCounts Keep(long minCount, int maxCategories)
    {
        var kept = Enumerable.Range(0, Counts.Length)
            .Where(i => Counts[i] >= minCount)
            .OrderByDescending(i => Counts[i]).ThenBy(i => i)
            .Take(maxCategories)
            .Order()
            .ToList();
        return new(
            new() { Texts = Pick(Categories.Texts, kept), Integers = Pick(Categories.Integers, kept) },
            [.. kept.Select(i => Counts[i])]);
    }

    private static T[]? Pick<T>(T[]? values, List<int> kept) => values is null ? null : [.. kept.Select(i => values[i])];

    private static CategoryCounts Of(IntegerColumn column)
    {
        var counts = new SortedDictionary<long, long>();
        foreach (var value in column.Values)
        {
            if (value != Missing.Integer)
                counts[value] = counts.GetValueOrDefault(value) + 1;
        }

        return new(new() { Integers = [.. counts.Keys] }, [.. counts.Values]);
    }

    private static CategoryCounts Of(TextColumn column)
    {
        var byCode = new long[column.Distinct.Count];
        foreach (var code in column.Codes)
            byCode[code]++;
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var code = 0; code < byCode.Length; code++)
        {
            var text = column.Distinct[code];
            if (byCode[code] > 0 && text.Length > 0)
                counts[text] = counts.GetValueOrDefault(text) + byCode[code];
        }

        return new(new() { Texts = [.. counts.Keys] }, [.. counts.Values]);
    }
}
