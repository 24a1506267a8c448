using System.Globalization;
using Orrery.Kernel;
using Orrery.Ledger.Folders;

namespace Orrery.Protocols.Otlp;

/// <summary>The experiment that an exporter names beside its spans; others than MLflow's set it as OTEL_EXPORTER_OTLP_HEADERS=x-mlflow-experiment-id=N.</summary>
internal static class OtlpFolder
{
    public const string Header = "x-mlflow-experiment-id";

    /// <summary>The folder; the default one where none is named.</summary>
    public static long Read(string? header)
    {
        if (string.IsNullOrEmpty(header))
            return Folder.DefaultNumber;
        return long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidException($"Expected the number of an experiment as {Header}, got '{(header.Length > 40 ? header[..40] + "…" : header)}'.");
    }
}
