using Orrery.Preparation.Columns;

namespace Orrery.Preparation.Steps;

/// <summary>
/// A category's position: in the order given, else in the order of the training categories (texts by code unit, integers by size).
/// A missing or unseen category is −1. Takes texts or integers.
/// </summary>
public sealed record OrdinalStep : StepSpec
{
    /// <summary>The categories in their order, for text columns; null to learn them.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    internal override Accepts Accepts => Accepts.Categories;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (Categories is null)
            yield break;
        if (input != ValueKind.Text)
            yield return ("categories", "an order can be given for text alone; integers have their own");
        if (Categories.Count == 0)
            yield return ("categories", "names no category; leave it out to learn them");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Categories.Count; i++)
        {
            if (string.IsNullOrEmpty(Categories[i]))
                yield return ($"categories[{i}]", "is empty, which means missing; missing is always −1");
            else if (!seen.Add(Categories[i]))
                yield return ($"categories[{i}]", $"'{Categories[i]}' is given twice");
        }
    }

    internal override FittedStep Fit(FitInput input) => new FittedEncoding
    {
        Encodings = [.. input.Columns.Select((_, c) =>
        {
            var known = Categories is null ? CategoryCounts.Of(input.Columns[c]).Categories : new Categories { Texts = [.. Categories] };
            return known.Count > 0
                ? new FittedEncoding.Encoding(known, [.. Enumerable.Range(0, known.Count).Select(i => (float)i)], -1)
                : throw input.AllMissing(c);
        })],
    };
}
