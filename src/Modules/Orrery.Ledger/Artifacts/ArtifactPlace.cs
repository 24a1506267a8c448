using Orrery.Kernel;

namespace Orrery.Ledger.Artifacts;

/// <summary>Where a path of the tree leads: into the artifacts of a run, or beside them.</summary>
/// <param name="Run">The run; null beside them.</param>
/// <param name="Path">The path within the run, or the whole path; empty for the root.</param>
internal readonly record struct ArtifactPlace(RunId? Run, string Path)
{
    private const string Artifacts = "artifacts";
    private const int RunIdLength = 32;

    public static ArtifactPlace Of(string path)
    {
        var parts = path.Split('/', 4);
        return parts.Length >= 3 && parts[2] == Artifacts && parts[1].Length == RunIdLength && RunId.TryParse(parts[1], out var run)
            ? new(run, parts.Length == 4 ? parts[3] : "")
            : new(null, path);
    }
}
