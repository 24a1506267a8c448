using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;
using Orrery.Serving.Storage;

namespace Orrery.Serving.Endpoints;

/// <summary>The kind <c>Endpoint</c> of declared resources.</summary>
internal sealed class EndpointKind(EndpointStore store, IOwners<EndpointOwner> owners) : ResourceKind<EndpointSpec>(AssetKind.Endpoint)
{
    // The model itself is not a reference: an endpoint is declared before its first model is trained.
    protected override IEnumerable<AssetRef> References(EndpointSpec spec)
    {
        if (spec.Gate is { } gate)
            yield return new(AssetKind.Gate, gate);
        if (spec.Features is { } features)
            yield return new(AssetKind.FeatureService, features);
    }

    protected override IReadOnlyDictionary<string, string> Validate(string name, EndpointSpec spec)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        // Its name is part of paths and of stream names.
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') || name is "." or "..")
            errors[""] = $"'{name}' cannot name an endpoint: letters, digits, '.', '_' and '-'";
        if (!AssetRef.IsName(spec.Model))
            errors["model"] = $"'{spec.Model}' cannot name a model";
        CheckReference(errors, spec, "traffic/champion", spec.Traffic?.Champion);
        CheckReference(errors, spec, "traffic/challenger", spec.Traffic?.Challenger);
        if (spec.Traffic?.Canary is { Value: 0 })
            errors["traffic/canary"] = "expected a share above 0";
        if (spec.Canary is { } canary)
            CheckCanary(errors, canary);
        if (spec.Batching is { } batching)
        {
            if (batching.MaxBatch is < 1 or > 1024)
                errors["batching/maxBatch"] = $"expected 1 to 1024, got {batching.MaxBatch}";
            if (batching.MaxDelay is { } delay && (delay < TimeSpan.Zero || delay > TimeSpan.FromSeconds(1)))
                errors["batching/maxDelay"] = "expected 0s to 1s";
        }

        return errors;
    }

    protected override async Task AppliedAsync(Caller caller, AssetVersion version, EndpointSpec spec, CancellationToken cancellationToken)
    {
        await store.ClaimAsync(version.Name, caller.Workspace, cancellationToken);
        await owners.CallAsync(version.Name, async (owner, token) =>
        {
            await owner.DeclareAsync(caller, version, spec, token);
            return true;
        }, cancellationToken);
    }

    private static void CheckReference(Dictionary<string, string> errors, EndpointSpec spec, string path, string? text)
    {
        if (text is null)
            return;
        if (!AssetRef.TryParse(text, out var reference) || reference.Kind != AssetKind.Model || reference.Name != spec.Model)
            errors[path] = $"expected a version of model/{spec.Model}, as 'model/{spec.Model}:3'; got '{text}'";
    }

    private static void CheckCanary(Dictionary<string, string> errors, CanarySpec canary)
    {
        if (canary.Alpha is not (> 0 and < 1))
            errors["canary/alpha"] = FormattableString.Invariant($"expected a probability between 0 and 1, got {canary.Alpha}");
        if (canary.MinOutcomes < 1)
            errors["canary/minOutcomes"] = $"expected 1 or more, got {canary.MinOutcomes}";
        if (canary.MaxOutcomes < canary.MinOutcomes)
            errors["canary/maxOutcomes"] = $"expected at least minOutcomes ({canary.MinOutcomes}), got {canary.MaxOutcomes}";
        if (canary.Guard is not { } guard)
            return;
        if (guard.MinRequests < 1)
            errors["canary/guard/minRequests"] = $"expected 1 or more, got {guard.MinRequests}";
        if (guard.MaxErrorRate is not (>= 0 and <= 1))
            errors["canary/guard/maxErrorRate"] = FormattableString.Invariant($"expected 0 to 1, got {guard.MaxErrorRate}");
        if (guard.MaxLatency is { } latency && latency <= TimeSpan.Zero)
            errors["canary/guard/maxLatency"] = "expected a duration above 0";
        if (guard.MaxLossIncrease is not > 0)
            errors["canary/guard/maxLossIncrease"] = FormattableString.Invariant($"expected a number above 0, got {guard.MaxLossIncrease}");
    }
}
