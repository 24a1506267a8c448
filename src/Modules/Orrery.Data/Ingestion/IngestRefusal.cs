using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Data.Ingestion;

/// <summary>A refused file as an error, for callers that take no results.</summary>
internal static class IngestRefusal
{
    /// <summary>The refusal, with the first defects by their place in the file.</summary>
    public static InvalidException Of(IngestResult result)
    {
        var errors = new Dictionary<string, string>();
        foreach (var defect in result.Sample)
            errors.TryAdd(string.Create(CultureInfo.InvariantCulture, $"{(defect.Line is { } line ? $"line {line}" : $"row {defect.Row}")}{(defect.Column is null ? "" : $", {defect.Column}")}"), defect.Detail);
        return new($"{result.Refusal} (run {result.Run})") { Errors = errors };
    }
}
