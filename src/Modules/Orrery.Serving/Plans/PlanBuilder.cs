using Microsoft.Extensions.Options;
using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Plans;

/// <summary>What a plan is for.</summary>
internal sealed record PlanRequest(string Endpoint, string Workspace, EndpointSpec Spec, AssetVersion Champion)
{
    /// <summary>What the champion did so far, which a swap of the challenger does not forget.</summary>
    public ArmCounters ChampionCounters { get; init; } = new();

    public AssetVersion? Challenger { get; init; }

    /// <summary>Makes the challenger's slice, given the counters it is judged by.</summary>
    public Func<ArmCounters, CanarySlice>? Slice { get; init; }
}

/// <summary>Works out plans: loads models, opens feature readers, and gives every value of a request its place.</summary>
internal sealed class PlanBuilder(LoadedModels models, IOnlineFeatures features, TimeProvider time, IOptions<ServingOptions> options)
{
    // Texts that come again are shared between plans, so that a swap does not start with an empty cache.
    private readonly TextCache _texts = new();

    public async Task<ServingPlan> BuildAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var leases = new List<ModelLease>();
        try
        {
            var champion = await LoadAsync(request.Champion, leases, cancellationToken);
            var challenger = request.Challenger is { } version ? await LoadAsync(version, leases, cancellationToken) : null;
            if (challenger is not null)
                CheckOutputs(champion, challenger);
            var layout = new PlanLayout(request.Endpoint);
            foreach (var service in Services(request))
                layout.AddRead(service, await features.OpenAsync(Caller.System("serving", request.Workspace), service, cancellationToken));
            var championSlots = layout.AddModel(champion, Service(request, request.Champion));
            var challengerSlots = challenger is null ? null : layout.AddModel(challenger, Service(request, request.Challenger!));
            var batching = request.Spec.Batching ?? new();
            var championArm = new ArmPlan(
                request.Endpoint, Arms.Champion, request.Champion, leases[0], championSlots, request.ChampionCounters, Batches(champion, batching));
            var challengerArm = challenger is null
                ? null
                : new ArmPlan(request.Endpoint, Arms.Challenger, request.Challenger!, leases[1], challengerSlots!, new(), Batches(challenger, batching));
            var log = request.Spec.Log ?? new();
            return new()
            {
                Endpoint = request.Endpoint,
                Fields = [.. layout.Fields],
                Reads = [.. layout.Reads],
                NumberSlots = layout.NumberSlots,
                TextSlots = layout.TextSlots,
                Champion = championArm,
                Challenger = challengerArm,
                Slice = challengerArm is null ? null : request.Slice!(challengerArm.Counters),
                Log = LogLayout.Columns(layout.Fields, log.Features, challengerArm is null ? [championArm] : [championArm, challengerArm]),
                LogSample = log.Sample ?? Share.All,
                Options = options.Value,
                Texts = _texts,
            };
        }
        catch
        {
            foreach (var lease in leases)
                lease.Dispose();
            throw;
        }
    }

    private async Task<OnnxModel> LoadAsync(AssetVersion version, List<ModelLease> leases, CancellationToken cancellationToken)
    {
        var lease = await models.AcquireAsync(version, cancellationToken);
        leases.Add(lease);
        return lease.Model;
    }

    private BatchRunner? Batches(OnnxModel model, BatchingSpec batching) =>
        batching.MaxBatch == 1 ? null : new(model, batching.MaxBatch, batching.MaxDelay ?? TimeSpan.FromMilliseconds(1), time);

    private static IEnumerable<string> Services(PlanRequest request) =>
        new[] { Service(request, request.Champion), request.Challenger is { } challenger ? Service(request, challenger) : null }
            .OfType<string>().Distinct(StringComparer.Ordinal);

    private static string? Service(PlanRequest request, AssetVersion version) => request.Spec.Features ?? version.Read<ModelManifest>().FeatureService;

    private static void CheckOutputs(OnnxModel champion, OnnxModel challenger)
    {
        foreach (var output in champion.Outputs)
        {
            if (!challenger.Outputs.Any(other => other.Name == output.Name && other.Type == output.Type && other.Width == output.Width))
                throw new InvalidException(
                    $"{challenger.Name} does not give the output '{output.Name}' ({output.Type}, {output.Width} a row) of the champion {champion.Name}, which callers read. Deploy it as champion instead.");
        }
    }
}

/// <summary>The columns of the prediction stream for a plan.</summary>
internal static class LogLayout
{
    public static LogColumns Columns(IReadOnlyList<PlanField> fields, bool withFeatures, ArmPlan[] arms)
    {
        var texts = fields.Where(field => field.IsText).ToArray();
        var numbers = withFeatures
            ? arms.SelectMany(arm => arm.Model.Inputs).Where(input => input.Type != ModelFieldType.Text).SelectMany(Names).Distinct(StringComparer.Ordinal).ToArray()
            : [];
        var schema = PredictionStream.Schema(numbers, texts.SelectMany(Names));
        return new(
            schema,
            [.. arms.Select(arm => withFeatures ? Numbers(schema, arm) : [])],
            [.. texts.SelectMany(field => Names(field).Select((name, column) => (schema.Ordinal(PredictionStream.KeyPrefix + name), field.Slot + column)))]);
    }

    private static (int Column, int Slot)[] Numbers(SignalSchema schema, ArmPlan arm) =>
    [
        .. arm.Model.Inputs.Zip(arm.InputSlots).Where(input => input.First.Type != ModelFieldType.Text)
            .SelectMany(input => Names(input.First).Select((name, column) => (schema.Ordinal(PredictionStream.FeaturePrefix + name), input.Second + column))),
    ];

    private static IEnumerable<string> Names(TensorSpec spec) => Names(spec.Name, spec.Width);

    private static IEnumerable<string> Names(PlanField field) => Names(field.Name, field.Width);

    // A vector is one column for each element.
    private static IEnumerable<string> Names(string name, int width) =>
        width == 1 ? [name] : Enumerable.Range(0, width).Select(column => FormattableString.Invariant($"{name}.{column}"));
}
