using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Resources;

/// <summary>Checks documents together, before anything is written: kinds, specs, references, cycles. Returns them in the order of their references.</summary>
internal sealed class ResourceChecker(ResourceKinds kinds, IAssets assets, SpecBases bases, MissingReference missing)
{
    public async Task<IReadOnlyList<BoundResource>> CheckAsync(Caller caller, IReadOnlyList<ResourceDocument> documents, CancellationToken cancellationToken)
    {
        var errors = new ApplyErrors();
        var bound = new Dictionary<AssetRef, BoundResource>();
        var specs = documents.DistinctBy(Ref).ToDictionary(Ref, Canonical);
        foreach (var document in documents)
        {
            if (await BindAsync(caller, document, specs, errors, cancellationToken) is { } resource && !bound.TryAdd(resource.Ref, resource))
                errors.Add(document, "", $"{resource.Ref} is declared twice");
        }

        errors.ThrowIfAny();
        var graph = await ReferencesAsync(caller, bound, errors, cancellationToken);
        errors.ThrowIfAny();
        var (order, cycle) = ReferenceOrder.Of(graph);
        if (cycle is not null)
        {
            var first = cycle.Select(node => bound.GetValueOrDefault(node)).First(resource => resource is not null)!;
            errors.Add(first.Document, "", $"resources refer to each other in a cycle: {string.Join(" → ", cycle)}");
            errors.ThrowIfAny();
        }

        return [.. order.Where(bound.ContainsKey).Select(node => bound[node])];
    }

    private static AssetRef Ref(ResourceDocument document) => new(document.Kind, document.Name);

    private static JsonElement Canonical(ResourceDocument document) => JsonSerializer.Deserialize<JsonElement>(CanonicalJson.Write(document.Spec));

    private async Task<BoundResource?> BindAsync(
        Caller caller, ResourceDocument document, IReadOnlyDictionary<AssetRef, JsonElement> specs, ApplyErrors errors, CancellationToken cancellationToken)
    {
        if (!AssetRef.IsName(document.Name))
            errors.Add(document, "", $"'{document.Name}' cannot name a resource: 1 to {AssetRef.MaxNameLength} characters, none of / @ :");
        else if (document.Workspace is { } workspace && workspace != caller.Workspace)
            errors.Add(document, "", $"the document is for workspace '{workspace}', but it is being applied to '{caller.Workspace}'");
        else if (kinds.Find(document.Kind) is not { } kind)
            errors.Add(document, "", kinds.Unknown(document.Kind));
        else
        {
            var spec = Canonical(document);
            var whole = await bases.FillUpAsync(caller, kind, Ref(document), spec, specs, cancellationToken);
            if (whole.Error is { } broken)
                errors.Add(document, "base", broken);
            else if (StrictBinder.Bind(whole.Spec, kind.SpecType, out var wrong) is not { } value)
                AddAll(wrong);
            else if (kind.Validate(document.Name, value) is { Count: > 0 } invalid)
                AddAll(invalid);
            else
                return new(document with { Spec = spec }, kind, value);
        }

        return null;

        void AddAll(IReadOnlyDictionary<string, string> found)
        {
            foreach (var (path, what) in found)
                errors.Add(document, path, what);
        }
    }

    // The graph over the documents and, through them, over what is stored: a cycle may close outside of the documents.
    private async Task<IReadOnlyDictionary<AssetRef, IReadOnlyList<AssetRef>>> ReferencesAsync(
        Caller caller, IReadOnlyDictionary<AssetRef, BoundResource> bound, ApplyErrors errors, CancellationToken cancellationToken)
    {
        var graph = new Dictionary<AssetRef, IReadOnlyList<AssetRef>>();
        foreach (var (node, resource) in bound)
            graph[node] = [.. resource.References.Select(Bare)];
        var stored = new Queue<AssetRef>();
        foreach (var resource in bound.Values)
        {
            foreach (var reference in resource.References.Distinct())
            {
                if (reference.IsLatest && bound.ContainsKey(reference))
                    continue;
                if (await assets.FindAsync(caller, reference, cancellationToken) is null)
                    errors.Add(resource.Document, Where(resource.Document.Spec, reference, ""), await missing.SayAsync(caller, reference, bound.Keys, cancellationToken));
                else if (!bound.ContainsKey(Bare(reference)))
                    stored.Enqueue(Bare(reference));
            }
        }

        while (stored.TryDequeue(out var node))
        {
            if (graph.ContainsKey(node) || kinds.Find(node.Kind) is not { } kind)
                continue;
            var version = await assets.FindAsync(caller, node, cancellationToken);
            var spec = version is null ? null : await bases.BindAsync(caller, kind, version, cancellationToken);
            graph[node] = spec is null ? [] : [.. kind.References(spec).Select(Bare)];
            foreach (var next in graph[node])
                stored.Enqueue(next);
        }

        return graph;
    }

    private static AssetRef Bare(AssetRef reference) => new(reference.Kind, reference.Name);

    // The place of the first text in the spec that writes the reference, with or without its kind.
    private static string Where(JsonElement value, AssetRef reference, string path) => Find(value, reference, path) ?? "";

    private static string? Find(JsonElement value, AssetRef reference, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { } text && (text == reference.Name || text == reference.ToString() || text == Bare(reference).ToString()) ? path : null,
        JsonValueKind.Object => value.EnumerateObject().Select(member => Find(member.Value, reference, JsonPath.Below(path, member.Name))).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => value.EnumerateArray().Select((item, i) => Find(item, reference, JsonPath.Below(path, $"{i}"))).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
