using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Pipelines.Definition;

namespace Orrery.Pipelines.Worker;

/// <summary>
/// The key under which a finished step is found again: its kind and the build of its code (a deterministic build's module version id, which
/// changes with the code), its spec, and the digests of everything it reads.
/// </summary>
internal static class StepKey
{
    public static async Task<Digest?> OfAsync(
        IAssets assets, Platform.Access.Caller caller, PlannedStep step, IReadOnlyDictionary<string, AssetVersion> inputs, CancellationToken cancellationToken)
    {
        if (!step.Kind.Cacheable)
            return null;
        var references = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in step.Kind.References(step.Spec))
            references[reference.ToString()] = (await assets.FindAsync(caller, reference, cancellationToken))?.Digest.ToString() ?? "";
        var key = JsonSerializer.SerializeToElement(
            new
            {
                kind = step.Kind.Name,
                code = step.Kind.GetType().Module.ModuleVersionId,
                with = step.With,
                inputs = inputs.ToDictionary(input => input.Key, input => input.Value.Digest),
                references,
            },
            LedgerJson.Options);
        return Digest.Of(CanonicalJson.Write(key));
    }
}
