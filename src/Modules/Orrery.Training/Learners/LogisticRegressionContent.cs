using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;

namespace Orrery.Training.Learners;

/// <summary>Logistic regression as it is kept.</summary>
/// <param name="Coefficients">One a feature.</param>
/// <param name="Intercept">The log-odds at zero.</param>
/// <param name="Means">Of each feature over the training rows: what attributions are relative to.</param>
internal sealed record LogisticRegressionContent(IReadOnlyList<double> Coefficients, double Intercept, IReadOnlyList<double> Means)
{
    public const int CurrentVersion = 1;

    /// <summary>Of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);

    public static LogisticRegressionContent Read(ReadOnlySpan<byte> json)
    {
        var content = JsonSerializer.Deserialize<LogisticRegressionContent>(json, LedgerJson.Options);
        return content is { Version: CurrentVersion } && content.Coefficients.Count == content.Means.Count
            ? content
            : throw new InvalidException($"Expected a logistic regression of format {CurrentVersion}, got format {content?.Version}.");
    }
}
