using System.Globalization;
using System.Text;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Comparison;

/// <summary>Keeps a comparison as a run: a metric a system, with the candidates as step, and the report and its picture as artifacts.</summary>
public static class ComparisonRun
{
    /// <summary>The kind of such runs.</summary>
    public const string Kind = "compare";

    /// <summary>Writes the run and gives its id.</summary>
    public static async Task<RunId> KeepAsync(OrreryClient orrery, string collection, ComparisonReport report, ComparisonOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orrery);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(options);
        var run = await orrery.Runs.StartAsync(new(Kind, $"vectors of {collection}"), cancellationToken);
        try
        {
            var parameters = new Dictionary<string, string>
            {
                ["collection"] = collection,
                ["points"] = Text(report.Points),
                ["dimension"] = Text(report.Dimension),
                ["distance"] = report.Distance,
                ["queries"] = Text(report.Queries),
                ["k"] = Text(report.K),
                ["m"] = Text(options.M),
                ["ef_construction"] = Text(options.EfConstruction),
                ["connections"] = Text(options.Connections),
                ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
            };
            foreach (var system in report.Systems)
                parameters[system.Name] = system.System;
            await orrery.Runs.LogAsync(run.Id, [.. report.Systems.SelectMany(Metrics)], parameters, cancellationToken: cancellationToken);
            await PutAsync("report.json", JsonSerializer.Serialize(report, OrreryClient.Json), "application/json");
            await PutAsync("curves.svg", ComparisonPicture.Draw(report), "image/svg+xml");
            await orrery.Runs.FinishAsync(run.Id, cancellationToken: cancellationToken);
        }
        catch (OrreryException error)
        {
            await orrery.Runs.FinishAsync(run.Id, "failed", error.Message, cancellationToken: CancellationToken.None);
            throw;
        }

        return run.Id;

        async Task PutAsync(string path, string text, string type)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await orrery.Runs.PutArtifactAsync(run.Id, path, content, type, cancellationToken);
        }
    }

    private static IEnumerable<MetricPoint> Metrics(SystemReport system)
    {
        yield return new($"{system.Name}/load_seconds", system.LoadSeconds);
        yield return new($"{system.Name}/index_seconds", system.IndexSeconds);
        if (system.Bytes is { } bytes)
            yield return new($"{system.Name}/bytes", bytes);
        foreach (var measured in system.Measurements)
        {
            yield return new($"{system.Name}/recall", measured.Recall, measured.Ef);
            yield return new($"{system.Name}/queries_per_second", measured.QueriesPerSecond, measured.Ef);
            yield return new($"{system.Name}/median_milliseconds", measured.MedianMilliseconds, measured.Ef);
            yield return new($"{system.Name}/p99_milliseconds", measured.P99Milliseconds, measured.Ef);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
