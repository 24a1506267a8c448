using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Serving.Plans;

namespace Orrery.Serving.Predictions;

/// <summary>Where wires come to predict, to look up and to label.</summary>
internal sealed class PredictionDesk(LiveEndpoints endpoints, PredictionSearch search, ISignalLog signals, TimeProvider time) : IPredictions
{
    // Labels in one request: about 5 MB of JSON.
    private const int MaxLabels = 100_000;

    public IReadOnlyList<EndpointSignature> Signatures(Caller caller) => [.. endpoints.List(caller).Select(endpoint => endpoint.Signature)];

    public EndpointSignature Signature(Caller caller, string endpoint) => endpoints.Get(caller, endpoint).Signature;

    public Prediction Begin(Caller caller, string endpoint, int? version = null) => endpoints.Get(caller, endpoint).Begin(version);

    public async Task<IReadOnlyList<LoggedPrediction>> FindAsync(Caller caller, string endpoint, string id, CancellationToken cancellationToken = default)
    {
        await FlushAsync(caller, endpoint, cancellationToken);
        var found = await search.FindAsync(endpoint, id, cancellationToken);
        return found.Count > 0
            ? [.. found.OrderByDescending(prediction => prediction.Served)]
            : throw new NotFoundException($"The endpoint '{endpoint}' has no prediction '{id}'. Rows of a batch are called ID:0, ID:1 …; a prediction outside of the log's sample is not kept.");
    }

    public Task<Page<LoggedPrediction>> ListAsync(Caller caller, string endpoint, PageRequest page, CancellationToken cancellationToken = default) =>
        search.ListAsync(endpoints.Get(caller, endpoint).Name, page, cancellationToken);

    public Task FlushAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default) =>
        endpoints.Get(caller, endpoint).Log.FlushAsync(cancellationToken);

    public async Task LabelAsync(Caller caller, string endpoint, IReadOnlyList<PredictionLabel> labels, CancellationToken cancellationToken = default)
    {
        var name = endpoints.Get(caller, endpoint).Name;
        if (labels.Count > MaxLabels)
            throw new InvalidException($"{labels.Count} labels came at once; at most {MaxLabels} may. Send several requests.");
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < labels.Count && errors.Count < 20; i++)
        {
            if (string.IsNullOrEmpty(labels[i].Id))
                errors[$"labels/{i}/id"] = "expected the id of a prediction";
            if (!double.IsFinite(labels[i].Value))
                errors[$"labels/{i}/value"] = FormattableString.Invariant($"expected a finite number, got {labels[i].Value}");
        }

        if (errors.Count > 0)
            throw new InvalidException("Some labels are wrong; none was written.") { Errors = errors };
        if (labels.Count == 0)
            return;
        var batch = new SignalBatch(LabelStream.Schema);
        var value = LabelStream.Schema.Ordinal(LabelStream.Value);
        foreach (var label in labels)
            batch.Add(label.Time ?? time.GetUtcNow(), label.Id).Set(value, label.Value);
        await signals.Open(LabelStream.Name(name), LabelStream.Schema).AppendAsync(batch, cancellationToken);
    }
}
