using System.Text.Json.Serialization;
using Orrery.Monitoring.Drift;
using Orrery.Statistics.Histograms;

namespace Orrery.Monitoring.References;

/// <summary>What a feature looked like in the reference: the bins or the vocabulary that windows are counted in, and the reference's own counts.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Edges">Of a numeric feature.</param>
/// <param name="Categories">Of a categorical one, by rows in the reference.</param>
/// <param name="Cells">The reference's rows: as <see cref="Histogram.Cells"/> or <see cref="CategoryHistogram.Cells"/>.</param>
internal sealed record FeatureReference(string Name, IReadOnlyList<double>? Edges, IReadOnlyList<string>? Categories, IReadOnlyList<long> Cells)
{
    [JsonIgnore]
    public FeatureType Type => Edges is null ? FeatureType.Categorical : FeatureType.Numeric;

    /// <summary>An empty histogram to count a window in.</summary>
    public Histogram EmptyHistogram() => new(new HistogramEdges([.. Edges!]));

    /// <summary>An empty histogram to count a window in.</summary>
    public CategoryHistogram EmptyCategories() => new(Categories!);

    /// <summary>
    /// As the model saw it: single precision. A double of the training set and the float that was logged for the same value must fall into the same bin.
    /// </summary>
    public static double Rounded(double value) => (float)value;
}
