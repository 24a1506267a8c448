using System.Globalization;
using System.Runtime.CompilerServices;
using Orrery.Client;
using Orrery.Kernel;
using YamlDotNet.RepresentationModel;

namespace Orrery.Import.Mlflow;

/// <summary>
/// The runs of an <c>mlruns</c> folder, MLflow's store in files: <c>EXPERIMENT/RUN/meta.yaml</c> with <c>params</c>, <c>tags</c>, <c>metrics</c> (a line a point: time, value, step) and
/// <c>artifacts</c> beside it.
/// </summary>
public sealed class MlflowFolder : IRunSource, IModelSource
{
    private readonly string _root;

    /// <summary>Opens the folder.</summary>
    /// <exception cref="InvalidException">It is none.</exception>
    public MlflowFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _root = Directory.Exists(Path.Combine(folder, "mlruns")) ? Path.Combine(folder, "mlruns") : folder;
        if (!Directory.Exists(_root) || !Experiments().Any())
            throw new InvalidException($"'{folder}' is no mlruns folder: expected folders of experiments with a meta.yaml.");
    }

    /// <inheritdoc/>
    public Task<long?> CountAsync(CancellationToken cancellationToken = default) => Task.FromResult<long?>(Experiments().Sum(experiment => RunFolders(experiment).LongCount()));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await Task.CompletedTask;
        foreach (var folder in Experiments().Order(StringComparer.Ordinal))
        {
            var experiment = Meta(folder);
            if (experiment.GetValueOrDefault("lifecycle_stage") == "deleted")
            {
                report.Leave("deleted experiment");
                continue;
            }

            var runs = Runs(folder, experiment.GetValueOrDefault("name") ?? Path.GetFileName(folder), report);
            var known = runs.Keys.Select(run => run.Id).ToHashSet();
            foreach (var run in MlflowRun.InOrder([.. runs.Keys]))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var place = runs[run];
                yield return run.ToImported(known) with { Points = PointsAsync(place), Artifacts = ArtifactsAsync(place) };
            }
        }

        if (Directory.Exists(Path.Combine(_root, ".trash")))
            report.Leave("deleted experiment", Directory.EnumerateDirectories(Path.Combine(_root, ".trash")).LongCount());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedModel> ModelsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var models = Path.Combine(_root, "models");
        foreach (var folder in (Directory.Exists(models) ? Directory.EnumerateDirectories(models) : []).Where(folder => File.Exists(Path.Combine(folder, "meta.yaml"))).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var meta = Meta(folder);
            yield return new(
                meta.GetValueOrDefault("name") ?? Path.GetFileName(folder), Said(meta, "description"), Values(folder, "tags"), Versions(folder),
                Values(folder, "aliases").Where(alias => Version(alias.Value) is not null).ToDictionary(alias => alias.Key, alias => Version(alias.Value)!.Value));
        }
    }

    private static List<ImportedVersion> Versions(string model)
    {
        var versions = new List<ImportedVersion>();
        foreach (var folder in Directory.EnumerateDirectories(model, "version-*").Where(folder => File.Exists(Path.Combine(folder, "meta.yaml"))))
        {
            var meta = Meta(folder);
            var run = Said(meta, "run_id");
            if (Version(meta.GetValueOrDefault("version")) is { } number && meta.GetValueOrDefault("current_stage") != "Deleted_Internal")
                versions.Add(new(number, Said(meta, "source"), run.Length == 0 ? null : MlflowRun.IdOf(run), Said(meta, "description"), Said(meta, "current_stage"), Values(folder, "tags")) { RunName = run });
        }

        return versions;
    }

    private static string Said(Dictionary<string, string> meta, string name) => meta.GetValueOrDefault(name) is { } value and not ("null" or "~") ? value : "";

    private static long? Version(string? text) => long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<string> Experiments() =>
        Directory.EnumerateDirectories(_root).Where(folder => Path.GetFileName(folder) is not ("models" or ".trash") && File.Exists(Path.Combine(folder, "meta.yaml")));

    private static IEnumerable<string> RunFolders(string experiment) => Directory.EnumerateDirectories(experiment).Where(folder => File.Exists(Path.Combine(folder, "meta.yaml")) && Path.GetFileName(folder) != "datasets");

    private static Dictionary<MlflowRun, string> Runs(string experiment, string name, ImportReport report)
    {
        var runs = new Dictionary<MlflowRun, string>();
        foreach (var folder in RunFolders(experiment))
        {
            var meta = Meta(folder);
            if (meta.GetValueOrDefault("lifecycle_stage") == "deleted")
            {
                report.Leave("deleted run");
                continue;
            }

            foreach (var (part, what) in new[] { ("inputs", "input of a run"), ("outputs", "output of a run") })
            {
                if (Directory.Exists(Path.Combine(folder, part)))
                    report.Leave(what, Directory.EnumerateDirectories(Path.Combine(folder, part)).LongCount());
            }

            var tags = Values(folder, "tags");
            runs.Add(
                new(meta.GetValueOrDefault("run_id") ?? Path.GetFileName(folder), name, tags.GetValueOrDefault("mlflow.runName") ?? meta.GetValueOrDefault("run_name") ?? "", StatusOf(folder, meta.GetValueOrDefault("status")),
                    Number(folder, meta.GetValueOrDefault("start_time")) ?? 0, Number(folder, meta.GetValueOrDefault("end_time")), Values(folder, "params"), tags), folder);
        }

        return runs;
    }

    /// <summary>The status stands as the number of MLflow's enumeration, in older folders as its name.</summary>
    private static string StatusOf(string folder, string? text) => text switch
    {
        "1" or "RUNNING" => "RUNNING",
        "2" or "SCHEDULED" => "SCHEDULED",
        "3" or "FINISHED" => "FINISHED",
        "4" or "FAILED" => "FAILED",
        "5" or "KILLED" => "KILLED",
        _ => throw new InvalidException($"'{Path.Combine(folder, "meta.yaml")}' has the status '{text}', which MLflow does not know."),
    };

    private static long? Number(string folder, string? text) => text switch
    {
        null or "" or "null" or "~" => null,
        _ => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidException($"'{Path.Combine(folder, "meta.yaml")}' has the time '{text}'; expected milliseconds since 1970."),
    };

    /// <summary>The top level of a meta.yaml: names and scalars; no type is ever made from it.</summary>
    private static Dictionary<string, string> Meta(string folder)
    {
        var path = Path.Combine(folder, "meta.yaml");
        try
        {
            using var text = File.OpenText(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents[0].RootNode is YamlMappingNode root
                ? root.Children.Where(entry => entry is { Key: YamlScalarNode, Value: YamlScalarNode { Value: not null } }).ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => ((YamlScalarNode)entry.Value).Value!)
                : throw new InvalidException($"'{path}' is no mapping of names to values.");
        }
        catch (Exception error) when (error is YamlDotNet.Core.YamlException or ArgumentException)
        {
            throw new InvalidException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static Dictionary<string, string> Values(string run, string part)
    {
        var folder = Path.Combine(run, part);
        return Directory.Exists(folder) ? LocalFolder.Files(folder).ToDictionary(file => file.Relative, file => File.ReadAllText(file.Path)) : [];
    }

    private static async IAsyncEnumerable<MetricPoint> PointsAsync(string run)
    {
        var folder = Path.Combine(run, "metrics");
        if (!Directory.Exists(folder))
            yield break;
        foreach (var (key, path) in LocalFolder.Files(folder))
        {
            var number = 0;
            await foreach (var line in File.ReadLinesAsync(path))
            {
                number++;
                if (line.Length > 0)
                    yield return Point(key, path, number, line);
            }
        }
    }

    /// <summary>Time in milliseconds, value, step; MLflow 0.x had no step, MLflow 3 adds the names of a dataset.</summary>
    private static MetricPoint Point(string key, string path, int number, string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var step = 0L;
        return parts.Length >= 2 && long.TryParse(parts[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out var time) && MlflowNumber.TryParse(parts[1], out var value)
            && (parts.Length == 2 || long.TryParse(parts[2], NumberStyles.Integer, CultureInfo.InvariantCulture, out step))
            ? new(key, value, step, MlflowRun.Moment(time))
            : throw new InvalidException($"'{path}', line {number.ToString(CultureInfo.InvariantCulture)}: expected time, value and step, got '{(line.Length > 80 ? line[..80] : line)}'.");
    }

    private static async IAsyncEnumerable<ImportedArtifact> ArtifactsAsync(string run)
    {
        await Task.CompletedTask;
        var folder = Path.Combine(run, "artifacts");
        if (!Directory.Exists(folder))
            yield break;
        foreach (var (relative, path) in LocalFolder.Files(folder))
            yield return ImportedArtifact.File(Names.PathOf(relative), path);
    }
}
