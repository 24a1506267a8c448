using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Serving.Canaries;
using Orrery.Serving.Plans;
using Orrery.Serving.Storage;

namespace Orrery.Serving.Endpoints;

/// <summary>What an owner works with.</summary>
internal sealed record EndpointParts(
    IAssets Assets, EndpointStore Store, PlanBuilder Plans, GateCheck Gate, Announcements Announcements, OutcomeFollower Outcomes, TimeProvider Time, ILogger<EndpointOwner> Logger);

/// <summary>
/// The one who changes an endpoint: what it declares, who its champion is, how its canary goes. Calls come one at a time. A change is made in this order: load and try
/// the model, write to the database, swap the plan, tell the others; a crash in between is made good when the endpoint is declared again at start.
/// </summary>
internal sealed class EndpointOwner(EndpointParts parts, EndpointRow row, LiveEndpoint live, CanaryReports reports)
{
    private readonly Caller _system = Caller.System("serving", row.Workspace);
    private EndpointRow _row = row;
    private EndpointSpec _spec = new("");
    private AssetVersion? _champion;
    private ArmCounters _championCounters = new();
    private Canary? _canary;
    private bool _loaded;

    /// <summary>Takes in a declaration; at start it is the one that was there before, and only what the database says is put in force.</summary>
    public async Task DeclareAsync(Caller caller, AssetVersion version, EndpointSpec spec, CancellationToken cancellationToken)
    {
        var isNew = _row.SpecVersion != version.Number;
        _spec = spec;
        if (isNew)
        {
            await parts.Store.DeclaredAsync(_row.Name, version.Number, cancellationToken);
            _row = _row with { SpecVersion = version.Number };
        }

        await LoadAsync(cancellationToken);
        if (_champion is not null && (isNew || !live.Ready))
            await RefreshAsync(cancellationToken);
        if (!isNew)
            return;
        if (await WantedChampionAsync(caller, cancellationToken) is { } wanted)
            await DeployAsync(caller, wanted, GateMode.Respect, DeploymentReason.Deployed, cancellationToken);
        if (spec.Traffic?.Challenger is { } challenger)
            await StartCanaryAsync(caller, Reference(challenger), null, GateMode.Respect, cancellationToken);
    }

    public async Task DeployAsync(Caller caller, AssetRef reference, GateMode mode, CancellationToken cancellationToken) =>
        await DeployAsync(caller, await VersionAsync(caller, reference, cancellationToken), mode, DeploymentReason.Deployed, cancellationToken);

    public async Task StartCanaryAsync(Caller caller, AssetRef reference, CanaryTraffic? traffic, GateMode mode, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(caller, reference, cancellationToken);
        if (_champion is not { } champion)
            throw new ConflictException($"The endpoint '{_row.Name}' has no champion that {version.Ref} could challenge; deploy it.");
        if (_canary?.Row.ChallengerId == version.Id.ToString())
            return;
        if (_canary is { } running)
            throw new ConflictException(
                $"Version {running.Row.Challenger} challenges the endpoint '{_row.Name}' already. Wait for its verdict, or roll it back first.");
        if (version.Id == champion.Id)
            throw new ConflictException($"{version.Ref} is the champion of the endpoint '{_row.Name}'; it cannot challenge itself.");
        var forced = await parts.Gate.CheckAsync(caller, _row.Name, _spec, version, mode, cancellationToken);
        var canary = Canary.Start(
            new()
            {
                Id = parts.Store.NewId(),
                Endpoint = _row.Name,
                ChampionId = champion.Id.ToString(),
                Champion = champion.Number,
                ChallengerId = version.Id.ToString(),
                Challenger = version.Number,
                Share = (traffic?.Share ?? _spec.Traffic?.Canary ?? new Share(0.1)).Value,
                Shadow = traffic?.Shadow ?? _spec.Traffic?.Shadow ?? false,
                NextOutcome = parts.Outcomes.End(_row.Name),
                StartedAt = parts.Store.Now(),
            },
            _spec.Canary ?? new());
        var plan = await PlanAsync(champion, version, canary, cancellationToken);
        try
        {
            var detail = FormattableString.Invariant(
                $"version {version.Number} against {champion.Number} on {new Share(canary.Row.Share)} of requests{(forced ? ", past its gate" : "")}");
            await parts.Store.StartCanaryAsync(caller, canary.Row, detail, cancellationToken);
        }
        catch
        {
            plan.Retire();
            throw;
        }

        _canary = canary;
        live.Swap(plan);
        Follow(canary);
        await parts.Announcements.ChallengesAsync(_system, _row.Name, version, cancellationToken);
    }

    public async Task RollbackAsync(Caller caller, string reason, CancellationToken cancellationToken)
    {
        if (_canary is not null)
        {
            await EndCanaryAsync(caller, new(CanaryState.Cancelled, $"{caller.Actor} rolled it back: {reason}"), cancellationToken);
            return;
        }

        if (await parts.Store.DeploymentsAsync(_row.Name, cancellationToken) is not [{ PreviousId: { } previous }, ..])
            throw new ConflictException($"The endpoint '{_row.Name}' has neither a challenger nor a champion before this one.");
        // It served here before, so it is past its gate.
        await PutAsync(caller, await StoredAsync(previous, cancellationToken), false, DeploymentReason.RolledBack, null, cancellationToken);
    }

    /// <summary>Takes in outcomes; false where no such canary runs any more.</summary>
    public async Task<bool> ObserveAsync(string canaryId, SignalBatch outcomes, CancellationToken cancellationToken)
    {
        if (_canary is not { } canary || canary.Row.Id != canaryId)
            return false;
        if (outcomes.FirstOffset + outcomes.Count <= canary.Row.NextOutcome)
            return true;
        var before = canary.Row;
        try
        {
            if (canary.Observe(outcomes) is { } verdict)
            {
                await EndCanaryAsync(_system, verdict, cancellationToken);
                return false;
            }

            await parts.Store.SaveEvidenceAsync(canary.Row, cancellationToken);
            return true;
        }
        catch when (ReferenceEquals(_canary, canary))
        {
            // What was counted could not be kept: count it again when it comes again.
            _canary = Canary.Load(before);
            throw;
        }
    }

    /// <summary>A guard was broken.</summary>
    public async Task BreachAsync(string canaryId, string reason, CancellationToken cancellationToken)
    {
        if (_canary?.Row.Id == canaryId)
            await EndCanaryAsync(_system, new(CanaryState.RolledBack, reason), cancellationToken);
    }

    public async Task<EndpointStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var canaries = await parts.Store.CanariesAsync(_row.Name, cancellationToken);
        var deployments = await parts.Store.DeploymentsAsync(_row.Name, cancellationToken);
        return new(
            _row.Name, _row.Workspace, _spec.Model, live.Ready, live.Reason,
            _champion is { } champion ? new(champion.Id, champion.Number, champion.Digest) : null,
            live.ArmStatus(), _canary?.Describe(),
            [.. canaries.Where(past => past.StateValue != CanaryState.Running).Select(past => Canary.Load(past).Describe())],
            [.. deployments.Select(past => new Deployment(
                past.Version, past.Previous, Enum.Parse<DeploymentReason>(past.Reason), past.Forced, past.Actor, SignalBatch.FromMicroseconds(past.Time)))]);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded)
            return;
        if (_row.ChampionId is { } id)
            _champion = await StoredAsync(id, cancellationToken);
        foreach (var past in await parts.Store.CanariesAsync(_row.Name, cancellationToken))
        {
            if (past.StateValue == CanaryState.Running)
                _canary = Canary.Load(past);
            else if (!past.Announced)
                await AnnounceAsync(Canary.Load(past), cancellationToken);
        }

        if (_champion is not null)
            await parts.Announcements.ServesAsync(_system, _row.Name, _champion, cancellationToken);
        _loaded = true;
    }

    /// <summary>Puts champion and canary as they are in force; says why where that cannot be.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            var challenger = _canary is { } canary ? await StoredAsync(canary.Row.ChallengerId, cancellationToken) : null;
            live.Swap(await PlanAsync(_champion!, challenger, _canary, cancellationToken));
            if (_canary is not null)
                Follow(_canary);
        }
        catch (OrreryException error)
        {
            // A plan that stands goes on answering; without one the endpoint says why it cannot.
            if (live.Ready)
                throw;
            ServingLog.NotReady(parts.Logger, _row.Name, error.Message, error);
            live.Withdraw(error.Message);
        }
    }

    private async Task DeployAsync(Caller caller, AssetVersion version, GateMode mode, DeploymentReason reason, CancellationToken cancellationToken)
    {
        if (_champion?.Id == version.Id && live.Ready)
            return;
        var forced = await parts.Gate.CheckAsync(caller, _row.Name, _spec, version, mode, cancellationToken);
        var ends = _canary is null ? null : new CanaryVerdict(CanaryState.Cancelled, $"{caller.Actor} deployed version {version.Number} as champion");
        await PutAsync(caller, version, forced, reason, ends, cancellationToken);
    }

    private async Task EndCanaryAsync(Caller caller, CanaryVerdict verdict, CancellationToken cancellationToken)
    {
        var canary = _canary!;
        if (verdict.State == CanaryState.Promoted)
        {
            await PutAsync(caller, await StoredAsync(canary.Row.ChallengerId, cancellationToken), false, DeploymentReason.Promoted, verdict, cancellationToken);
            return;
        }

        var plan = await PlanAsync(_champion!, null, null, cancellationToken);
        await parts.Store.EndCanaryAsync(caller, canary.Ended(verdict, parts.Store.Now()), cancellationToken);
        live.Swap(plan);
        await CanaryIsOverAsync(canary, cancellationToken);
    }

    /// <summary>Makes a version the champion, and ends the canary if one runs.</summary>
    private async Task PutAsync(
        Caller caller, AssetVersion version, bool forced, DeploymentReason reason, CanaryVerdict? ends, CancellationToken cancellationToken)
    {
        var counters = new ArmCounters();
        var plan = await parts.Plans.BuildAsync(new(_row.Name, _row.Workspace, _spec, version) { ChampionCounters = counters }, cancellationToken);
        var ended = _canary;
        try
        {
            var deployment = new DeploymentRow
            {
                Id = parts.Store.NewId(),
                Endpoint = _row.Name,
                VersionId = version.Id.ToString(),
                Version = version.Number,
                PreviousId = _champion?.Id.ToString(),
                Previous = _champion?.Number,
                Reason = reason.ToString(),
                Forced = forced,
                Actor = caller.Actor,
                Time = parts.Store.Now(),
            };
            await parts.Store.DeployAsync(caller, deployment, ends is null ? null : ended!.Ended(ends, deployment.Time), cancellationToken);
        }
        catch
        {
            plan.Retire();
            throw;
        }

        (_champion, _championCounters) = (version, counters);
        live.Swap(plan);
        ServingLog.Serves(parts.Logger, _row.Name, version.Ref.ToString());
        await parts.Announcements.ServesAsync(_system, _row.Name, version, cancellationToken);
        if (ends is not null)
            await CanaryIsOverAsync(ended!, cancellationToken);
    }

    private async Task CanaryIsOverAsync(Canary canary, CancellationToken cancellationToken)
    {
        _canary = null;
        parts.Outcomes.Stop(_row.Name);
        ServingLog.CanaryEnded(parts.Logger, canary.Row.Id, _row.Name, canary.Row.StateValue, canary.Row.Reason ?? "");
        await AnnounceAsync(canary, cancellationToken);
    }

    private async Task AnnounceAsync(Canary canary, CancellationToken cancellationToken)
    {
        await parts.Announcements.CanaryEndedAsync(_row.Workspace, _row.Name, canary.Describe(), cancellationToken);
        await parts.Store.AnnouncedAsync(canary.Row.Id, cancellationToken);
    }

    private Task<ServingPlan> PlanAsync(AssetVersion champion, AssetVersion? challenger, Canary? canary, CancellationToken cancellationToken) =>
        parts.Plans.BuildAsync(
            new(_row.Name, _row.Workspace, _spec, champion)
            {
                ChampionCounters = _championCounters,
                Challenger = challenger,
                Slice = canary is null
                    ? null
                    : counters => new(canary.Row.Id, new(canary.Row.Share), canary.Row.Shadow, canary.Guard, counters, reports.Breached(_row.Name)),
            },
            cancellationToken);

    private void Follow(Canary canary) => parts.Outcomes.Start(_row.Name, canary.Row.NextOutcome, reports.Outcomes(_row.Name, canary.Row.Id));

    private async Task<AssetVersion> VersionAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken)
    {
        if (reference.Kind != AssetKind.Model || reference.Name != _spec.Model)
            throw new InvalidException($"The endpoint '{_row.Name}' serves versions of model/{_spec.Model}; got {reference}.");
        return await parts.Assets.GetAsync(caller, reference, cancellationToken);
    }

    private Task<AssetVersion> StoredAsync(string id, CancellationToken cancellationToken) =>
        parts.Assets.GetAsync(_system, new VersionId(Guid.ParseExact(id, "N")), cancellationToken);

    private async Task<AssetVersion?> WantedChampionAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (_spec.Traffic?.Champion is { } named)
            return await VersionAsync(caller, Reference(named), cancellationToken);
        // A first declaration takes up the champion that the model has, if it has one.
        return _champion is null
            ? await parts.Assets.FindAsync(caller, new(AssetKind.Model, _spec.Model, Alias: Announcements.ChampionAlias), cancellationToken)
            : null;
    }

    private static AssetRef Reference(string text) => AssetRef.TryParse(text, out var reference)
        ? reference
        : throw new InvalidException($"Expected a model version as 'model/flights:3' or 'model/flights@champion', got '{text}'.");
}
