using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Artifacts;
using Orrery.Ledger.LoggedModels;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>Follows the source of a new version to where its files are, and pins them.</summary>
internal sealed class ModelSources(IServiceProvider services, RegisteredModels models, ArtifactUris uris)
{
    private const string Scheme = "models:/";
    private const string VersionsTag = "mlflow.modelVersions";
    private const int MostPinned = 10_000; // a manifest of about a megabyte

    private readonly Lazy<IArtifactTree> _tree = new(services.GetRequiredService<IArtifactTree>);
    private readonly Lazy<ILoggedModels> _logged = new(services.GetRequiredService<ILoggedModels>);

    /// <summary>
    /// What a source points at in the end: a logged model's or another version's files for <c>models:/…</c>, itself for all else; and the run that
    /// made a logged model.
    /// </summary>
    public async Task<(string Location, string? Run)> FollowAsync(Caller caller, string source, CancellationToken cancellationToken)
    {
        if (!source.StartsWith(Scheme, StringComparison.Ordinal))
            return (source, null);
        try
        {
            var path = source[Scheme.Length..].Trim('/');
            if (LoggedModelId(path) is { } id)
            {
                var logged = await _logged.Value.GetAsync(caller, id, cancellationToken);
                return (logged.ArtifactUri, logged.SourceRun);
            }

            return (ModelJson.Sourced(await FindAsync(caller, path, cancellationToken))?.Location ?? source, null);
        }
        catch (NotFoundException error)
        {
            throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Unable to fetch model from model URI source artifact location '{source}'. Error: {error.Message}", error);
        }
        catch (MlflowException error)
        {
            throw new MlflowException(error.Code, $"Unable to fetch model from model URI source artifact location '{source}'. Error: {error.Message}", error);
        }
    }

    /// <summary>The files below a location by their digests; null where they are not here, or too many.</summary>
    public async Task<IReadOnlyDictionary<string, Digest>?> PinAsync(Caller caller, string location, CancellationToken cancellationToken)
    {
        if (await uris.FolderAsync(caller, location, cancellationToken) is not { } folder)
            return null;
        var files = await _tree.Value.FilesAsync(caller, folder, MostPinned + 1, cancellationToken);
        var above = folder.Length == 0 ? 0 : folder.Length + 1;
        return files.Count is 0 or > MostPinned ? null : files.ToDictionary(file => file.Path[above..], file => file.Content.Digest);
    }

    /// <summary>A logged model; null where there is none of that id.</summary>
    public async Task<LoggedModel?> LoggedAsync(Caller caller, string? model, CancellationToken cancellationToken)
    {
        if (model is null)
            return null;
        try
        {
            return await _logged.Value.GetAsync(caller, model, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes on a logged model which versions were made of it, in the tag where MLflow's clients look. Source: mlflow/store/tracking (3.5), set_model_versions_tags.</summary>
    public Task LinkAsync(Caller caller, LoggedModel logged, Ledger.Assets.AssetVersion version, CancellationToken cancellationToken)
    {
        var added = string.Create(CultureInfo.InvariantCulture, $$"""{"name": {{JsonSerializer.Serialize(version.Name)}}, "version": {{version.Number}}}""");
        var before = logged.Tags.GetValueOrDefault(VersionsTag, "[]").TrimEnd(']');
        return _logged.Value.SetTagsAsync(caller, logged.Id, new Dictionary<string, string?> { [VersionsTag] = $"{before}{(before.Length > 1 ? ", " : "")}{added}]" }, cancellationToken);
    }

    // m-ID, which has no slash, where a name has one behind it.
    private static string? LoggedModelId(string path) => path.StartsWith("m-", StringComparison.Ordinal) && path.AsSpan().IndexOfAny('/', '@') < 0 ? path : null;

    // NAME/VERSION, NAME/STAGE, NAME/latest, NAME@ALIAS
    private async Task<Ledger.Assets.AssetVersion> FindAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        if (path.IndexOf('@', StringComparison.Ordinal) is > 0 and var at)
            return await models.GetByAliasAsync(caller, path[..at], path[(at + 1)..], cancellationToken);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1)
            throw MlflowException.Invalid($"Not a proper models:/ URI: {Scheme}{path}");
        var (name, which) = (path[..slash], path[(slash + 1)..]);
        if (ModelNames.Version(which) is { } number)
            return await models.GetVersionAsync(caller, name, number, cancellationToken);
        if (which.Equals("latest", StringComparison.OrdinalIgnoreCase))
            return await models.GetByAliasAsync(caller, name, which, cancellationToken);
        return await models.LatestInStageAsync(caller, name, ModelStages.Read(which), cancellationToken);
    }
}
