using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Resources;

/// <summary>Declared resources, kept as assets.</summary>
internal sealed class ResourceStore(IDatabase database, IAssets assets, VersionWriter versions, ResourceKinds kinds, SpecBases bases, ResourceChecker checker) : IResources
{
    public IReadOnlyList<IResourceKind> Kinds => kinds.All;

    public async Task<IReadOnlyList<ResourceChange>> ApplyAsync(
        Caller caller, IReadOnlyList<ResourceDocument> documents, ApplyMode mode, CancellationToken cancellationToken = default)
    {
        var resources = await checker.CheckAsync(caller, documents, cancellationToken);
        var plan = new List<(BoundResource Resource, AssetVersion? Before, ResourceChange Change)>();
        foreach (var resource in resources)
        {
            var before = await assets.FindAsync(caller, resource.Ref, cancellationToken);
            plan.Add((resource, before, Compare(resource, before)));
        }

        if (mode == ApplyMode.DryRun)
            return [.. plan.Select(step => step.Change)];

        var contents = plan.Select(step => step.Change.Action == ResourceAction.Unchanged
            ? null
            : VersionContent.Of(new(step.Resource.Document.Kind, step.Resource.Document.Name, step.Resource.Document.Spec))).ToList();
        var written = await database.WriteAsync(
            transaction => contents.Select(content => content is null ? null : versions.Add(transaction, caller, content)).ToList(), cancellationToken);

        var changes = new List<ResourceChange>();
        for (var i = 0; i < plan.Count; i++)
        {
            var version = written[i] ?? plan[i].Before!;
            await plan[i].Resource.Kind.AppliedAsync(caller, version, plan[i].Resource.Spec, cancellationToken);
            changes.Add(plan[i].Change with { Version = version.Number });
        }

        return changes;
    }

    public async Task<Resource<TSpec>> GetAsync<TSpec>(Caller caller, AssetRef reference, CancellationToken cancellationToken = default)
    {
        var version = await assets.GetAsync(caller, reference, cancellationToken);
        return await bases.UseAsync<TSpec>(caller, kinds.Find(version.Kind), version, cancellationToken);
    }

    public async Task<IReadOnlyList<Resource<TSpec>>> ListAsync<TSpec>(Caller caller, AssetKind kind, CancellationToken cancellationToken = default)
    {
        var found = new List<Resource<TSpec>>();
        foreach (var version in await LatestAsync(caller, kind, cancellationToken))
            found.Add(await bases.UseAsync<TSpec>(caller, kinds.Find(kind), version, cancellationToken));
        return found;
    }

    /// <summary>The latest version of every asset of a kind, by name.</summary>
    internal async Task<IReadOnlyList<AssetVersion>> LatestAsync(Caller caller, AssetKind kind, CancellationToken cancellationToken)
    {
        var all = new List<AssetVersion>();
        for (string? next = null; ;)
        {
            var page = await LatestAsync(caller, kind, new(PageRequest.MaxLimit, next), cancellationToken);
            all.AddRange(page.Items);
            if ((next = page.Next) is null)
                return all;
        }
    }

    /// <summary>A page of them, in two statements.</summary>
    internal Task<Page<AssetVersion>> LatestAsync(Caller caller, AssetKind kind, PageRequest page, CancellationToken cancellationToken)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 1)?[0] ?? "";
        return database.ReadAsync(async (connection, token) =>
        {
            var kindName = kind.ToString();
            var rows = await (from asset in connection.GetTable<AssetRow>()
                              join version in connection.GetTable<VersionRow>()
                                  on new { asset.Id, Number = asset.LatestVersion } equals new { Id = version.AssetId, version.Number }
                              where asset.Workspace == caller.Workspace && asset.Kind == kindName && asset.DeletedAt == 0 && asset.Name.CompareTo(after) > 0
                              orderby asset.Name
                              select new { asset, version }).Take(limit + 1).ToListAsync(token);
            var found = await connection.WithLabelsAsync([.. rows.Select(row => (row.asset, row.version))], token);
            return found.ToPage(limit, version => version, version => [version.Name]);
        }, cancellationToken);
    }

    private static ResourceChange Compare(BoundResource resource, AssetVersion? before)
    {
        var (kind, name) = (resource.Document.Kind, resource.Document.Name);
        if (before is null)
            return new(kind, name, ResourceAction.Created, null, SpecDiff.Of(null, resource.Document.Spec));
        var differences = Differences(resource, before.Manifest);
        return new(kind, name, differences.Count == 0 ? ResourceAction.Unchanged : ResourceAction.Updated, before.Number, differences);
    }

    private static IReadOnlyList<SpecDifference> Differences(BoundResource resource, JsonElement before)
    {
        // What a spec on a base says itself is no whole that could be bound: it is compared as it stands, and a change of its base is none of its own.
        if (SpecBases.NameIn(resource.Kind, before) is not null || SpecBases.NameIn(resource.Kind, resource.Document.Spec) is not null)
            return SpecDiff.Of(before, resource.Document.Spec);
        // So is a stored spec that this build no longer understands.
        var was = StrictBinder.Bind(before, resource.Kind.SpecType, out _) is { } spec ? BoundResource.NormalOf(spec) : before;
        return SpecDiff.Of(was, resource.Normal);
    }
}
