using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Import.Mlflow;

/// <summary>What MLflow notes of a run, from wherever it was read. MLflow's ids have the shape of ours and are kept, so links to a run stay true.</summary>
internal sealed record MlflowRun(string Id, string Experiment, string Name, string Status, long StartTime, long? EndTime, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Tags)
{
    private const string ParentTag = "mlflow.parentRunId";

    /// <summary>The id of the run that it is part of, as a tag says.</summary>
    public string? ParentId => Tags.GetValueOrDefault(ParentTag);

    /// <param name="known">The runs that are imported with it: a parent elsewhere is only a tag.</param>
    public ImportedRun ToImported(IReadOnlySet<string> known)
    {
        var id = IdOf(Id);
        return new(id, Experiment, Name.Length > 0 ? Name : id.ToString(), Moment(StartTime))
        {
            Parent = ParentId is { } parent && parent != Id && known.Contains(parent) ? IdOf(parent) : null,
            Status = Status switch
            {
                "FINISHED" => "finished",
                "FAILED" => "failed",
                "KILLED" => "cancelled",
                "RUNNING" or "SCHEDULED" => "running",
                _ => throw new InvalidException($"Run '{Id}' has the status '{Status}', which MLflow does not know."),
            },
            EndedAt = EndTime is { } end ? Moment(end) : null,
            Environment = new(Tags.GetValueOrDefault("mlflow.source.git.commit"), "", "", ""),
            Parameters = Parameters,
            Tags = Tags,
        };
    }

    /// <summary>Milliseconds since 1970.</summary>
    public static DateTimeOffset Moment(long milliseconds) =>
        milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new InvalidException($"{milliseconds.ToString(CultureInfo.InvariantCulture)} is no time in milliseconds since 1970.");

    public static RunId IdOf(string id) => RunId.TryParse(id, out var run) ? run : ImportedRun.IdOf("mlflow", id);

    /// <summary>Parents before their children, else as they began.</summary>
    public static IEnumerable<MlflowRun> InOrder(IReadOnlyList<MlflowRun> runs)
    {
        var byId = runs.ToDictionary(run => run.Id);
        var depths = new Dictionary<string, int>();
        return runs.OrderBy(Depth).ThenBy(run => run.StartTime).ThenBy(run => run.Id, StringComparer.Ordinal);

        int Depth(MlflowRun run)
        {
            if (depths.TryGetValue(run.Id, out var known))
                return known;
            depths[run.Id] = 0; // a cycle ends here
            return depths[run.Id] = run.ParentId is { } parent && byId.TryGetValue(parent, out var above) ? Depth(above) + 1 : 0;
        }
    }
}
