namespace Orrery.Preparation.Steps;

/// <summary>
/// A category's share of the training rows, missing ones counted among the rows. A missing or unseen category is 0.
/// Takes texts or integers.
/// </summary>
public sealed record FrequencyStep : StepSpec
{
    internal override Accepts Accepts => Accepts.Categories;

    internal override FittedStep Fit(FitInput input) => new FittedEncoding
    {
        Encodings = [.. input.Columns.Select((column, c) =>
        {
            var (known, counts) = CategoryCounts.Of(column);
            return known.Count > 0
                ? new FittedEncoding.Encoding(known, [.. counts.Select(n => (float)((double)n / column.Length))], 0)
                : throw input.AllMissing(c);
        })],
    };
}
