using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>A registered model as another system recorded it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What is said of it.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Versions">Its versions.</param>
/// <param name="Aliases">The version's number that each alias points at.</param>
public sealed record ImportedModel(
    string Name, string Description, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<ImportedVersion> Versions, IReadOnlyDictionary<string, long> Aliases);

/// <summary>A version of a registered model.</summary>
/// <param name="Number">Its number there; here it stands as a tag where versions before it were deleted.</param>
/// <param name="Source">The URI or path of its files, as it was given.</param>
/// <param name="Run">The run that made it, where one did.</param>
/// <param name="Description">What is said of it.</param>
/// <param name="Stage"><c>None</c>, <c>Staging</c>, <c>Production</c>, <c>Archived</c>.</param>
/// <param name="Tags">Free labels.</param>
public sealed record ImportedVersion(long Number, string Source, RunId? Run, string Description, string Stage, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>The run's id as the source names it.</summary>
    public string? RunName { get; init; }
}

/// <summary>A source that has registered models beside runs.</summary>
public interface IModelSource
{
    /// <summary>All of them, by name; their runs have been brought before.</summary>
    IAsyncEnumerable<ImportedModel> ModelsAsync(CancellationToken cancellationToken = default);
}
