using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Statistics.HypothesisTests;

namespace Orrery.Monitoring.Monitors;

/// <summary>How a window's inputs and scores are compared with the reference.</summary>
/// <remarks>
/// A feature has drifted when both its distance reaches the threshold and its corrected p-value is at most <paramref name="Alpha"/>: the first leaves out what is
/// too small to matter, which any large window finds significant; the second what chance alone makes of a small one.
/// </remarks>
/// <param name="Features">Which: <c>all</c> (the default), or a list of names. Timestamps are never compared: time always moves on.</param>
/// <param name="Numeric">For numbers. Default PSI at 0.2.</param>
/// <param name="Categorical">For text. Default PSI at 0.2.</param>
/// <param name="Bins">Quantile bins of the reference that numbers are counted in, 2 to 200. Default 10.</param>
/// <param name="Correction">Which error is kept below alpha when many features are compared at once. Default Benjamini and Hochberg's.</param>
/// <param name="Alpha">How often a window may be found to drift where nothing changed, 0 to 1. Default 0.01.</param>
/// <param name="MinSample">A window with fewer predictions is not compared, 1 or more. Default 500.</param>
/// <param name="MinFeatures">How many features must have drifted to alert, 1 or more. Default 1.</param>
public sealed record DriftSpec(
    FeatureSelection? Features = null, DriftMethodSpec? Numeric = null, DriftMethodSpec? Categorical = null, int Bins = 10,
    MultipleTestingCorrection Correction = MultipleTestingCorrection.BenjaminiHochberg, double Alpha = 0.01, int MinSample = 500, int MinFeatures = 1)
{
    internal DriftMethodSpec NumericMethod => Numeric ?? new();

    internal DriftMethodSpec CategoricalMethod => Categorical ?? new();
}

/// <summary>How far apart two distributions are, in field terms.</summary>
public enum DriftMethod
{
    /// <summary>Population stability index; threshold 0.2 by default (0.1 is customary for a shift to look at, 0.25 for one to act on).</summary>
    Psi,
    /// <summary>Kolmogorov–Smirnov's D, for numbers alone; 0.1 by default.</summary>
    Ks,
    /// <summary>Wasserstein-1 in standard deviations of the reference, for numbers alone; 0.1 by default.</summary>
    Wasserstein,
    /// <summary>Jensen–Shannon distance; 0.1 by default.</summary>
    JensenShannon,
    /// <summary>Cramér's V of the chi-square test; 0.1 by default.</summary>
    Chi2,
    /// <summary>Hellinger distance; 0.1 by default.</summary>
    Hellinger,
}

/// <summary>A distance and the value from which on a feature counts as drifted.</summary>
/// <param name="Method">The distance. Default PSI.</param>
/// <param name="Threshold">Above 0; the method's own by default.</param>
public sealed record DriftMethodSpec(DriftMethod Method = DriftMethod.Psi, double? Threshold = null)
{
    internal double Limit => Threshold ?? (Method == DriftMethod.Psi ? 0.2 : 0.1);
}

/// <summary>All features, or some by name. Written <c>all</c> or as a list.</summary>
[JsonConverter(typeof(FeatureSelectionConverter))]
public sealed record FeatureSelection(IReadOnlyList<string>? Names)
{
    /// <summary>Every feature that the reference has too.</summary>
    public static FeatureSelection All { get; } = new((IReadOnlyList<string>?)null);

    /// <summary>Whether a feature is watched.</summary>
    public bool Includes(string feature) => Names is null || Names.Contains(feature);

    /// <inheritdoc/>
    public bool Equals(FeatureSelection? other) =>
        other is not null && (Names is null ? other.Names is null : other.Names is not null && Names.SequenceEqual(other.Names));

    /// <inheritdoc/>
    public override int GetHashCode() => Names?.Count ?? -1;
}

internal sealed class FeatureSelectionConverter : JsonConverter<FeatureSelection>
{
    private const string Everything = "all";

    public override FeatureSelection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && reader.GetString() == Everything)
            return FeatureSelection.All;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Expected 'all' or a list of feature names.");
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            names.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("Expected 'all' or a list of feature names."));
        return new(names);
    }

    public override void Write(Utf8JsonWriter writer, FeatureSelection value, JsonSerializerOptions options)
    {
        if (value.Names is null)
        {
            writer.WriteStringValue(Everything);
            return;
        }

        writer.WriteStartArray();
        foreach (var name in value.Names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
