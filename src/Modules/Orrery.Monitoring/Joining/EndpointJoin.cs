using Orrery.Platform.KeyValues;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Joining;

/// <summary>
/// Joins the labels of one endpoint to its predictions and writes the outcomes, each exactly once. Its calls must not overlap, and nobody else may write the stream.
/// See docs/design/monitoring.md.
/// </summary>
/// <remarks>
/// A step appends its outcomes and then writes its entries and progress. One that was cut off between the two is done again; the outcomes that it had appended lie
/// beyond <see cref="JoinProgress.OutcomesNext"/>, and are known by that when they are made again.
/// </remarks>
internal sealed class EndpointJoin
{
    private readonly string _endpoint;
    private readonly ISignalLog _signals;
    private readonly JoinStore _store;
    private readonly TimeSpan _retention;
    private readonly TimeProvider _clock;
    private readonly HashSet<OutcomeKey> _written = [];
    private JoinProgress _progress;
    private (long Predictions, long Labels) _cutOffBefore;
    private ISignalStream? _outcomes;
    private long _nextExpiry = long.MinValue; // unknown: look

    private EndpointJoin(string endpoint, ISignalLog signals, JoinStore store, TimeSpan retention, TimeProvider clock) =>
        (_endpoint, _signals, _store, _retention, _clock) = (endpoint, signals, store, retention, clock);

    public JoinProgress Progress => _progress;

    public static async Task<EndpointJoin> LoadAsync(
        string endpoint, ISignalLog signals, IKeyValueStore keyValues, TimeSpan retention, TimeProvider clock, CancellationToken cancellationToken)
    {
        var join = new EndpointJoin(endpoint, signals, new(keyValues, endpoint), retention, clock);
        join._progress = await join._store.ReadProgressAsync(cancellationToken);
        await join.FindCutOffAsync(cancellationToken);
        return join;
    }

    /// <summary>Joins all that is in the streams now.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var predictions = Read(PredictionStream.Name(_endpoint), _progress.PredictionsNext, cancellationToken);
        await using var labels = Read(LabelStream.Name(_endpoint), _progress.LabelsNext, cancellationToken);
        while (true)
        {
            var (scored, known) = (await NextAsync(predictions), await NextAsync(labels));
            if (scored is null && known is null)
                return;
            await StepAsync(scored, known, cancellationToken);
            await ExpireAsync(cancellationToken);
        }
    }

    private async Task StepAsync(SignalBatch? predictions, SignalBatch? labels, CancellationToken cancellationToken)
    {
        var ids = new Dictionary<string, JoinEntry>(StringComparer.Ordinal);
        foreach (var batch in new[] { predictions, labels })
        {
            for (var row = 0; row < batch?.Count; row++)
                ids.TryAdd(batch.IdAt(row), null!);
        }

        string[] asked = [.. ids.Keys];
        var found = await _store.ReadAsync(asked, cancellationToken);
        for (var i = 0; i < asked.Length; i++)
            ids[asked[i]] = found[i] ?? new();

        var step = new JoinStep(ids, _progress);
        if (predictions is not null)
            step.AddPredictions(predictions);
        if (labels is not null)
            step.AddLabels(labels);
        await AppendAsync(step, cancellationToken);
        step.Progress.Now = Math.Max(step.Progress.Now, Math.Max(Newest(predictions), Newest(labels)));
        step.Progress.Step++;
        string[] added = [.. asked.Where((id, i) => found[i] is null && step.Changed.Contains(id))];
        await _store.WriteAsync(step.Changed.Select(id => KeyValuePair.Create(id, ids[id])), added, step.Progress, cancellationToken);
        _progress = step.Progress;
        if (added.Length > 0)
            _nextExpiry = Math.Min(_nextExpiry, _progress.Now + (long)_retention.TotalMicroseconds);
    }

    private async Task AppendAsync(JoinStep step, CancellationToken cancellationToken)
    {
        step.Progress.Outcomes += step.Outcomes.Count;
        var batch = new SignalBatch(OutcomeStream.Schema);
        foreach (var outcome in step.Outcomes)
        {
            if (_written.Count == 0 || !_written.Remove(outcome.Key))
                outcome.AddTo(batch);
        }

        if (batch.Count > 0)
        {
            _outcomes ??= _signals.Open(OutcomeStream.Name(_endpoint), OutcomeStream.Schema);
            await _outcomes.AppendAsync(batch, cancellationToken);
        }

        // Once all that the cut-off steps can have read is read again, nothing that they wrote comes again.
        if (step.Progress.PredictionsNext >= _cutOffBefore.Predictions && step.Progress.LabelsNext >= _cutOffBefore.Labels)
            _written.Clear();
        if (_written.Count == 0)
            step.Progress.OutcomesNext = _outcomes?.End ?? step.Progress.OutcomesNext;
    }

    private async Task FindCutOffAsync(CancellationToken cancellationToken)
    {
        _outcomes = _signals.Find(OutcomeStream.Name(_endpoint));
        if (_outcomes is null || _outcomes.End <= _progress.OutcomesNext)
            return;
        await foreach (var batch in _outcomes.ReadAsync(_progress.OutcomesNext, cancellationToken))
        {
            for (var row = 0; row < batch.Count; row++)
                _written.Add(OutcomeColumns.At(batch, row).Key);
        }

        _cutOffBefore = (_signals.Find(PredictionStream.Name(_endpoint))?.End ?? 0, _signals.Find(LabelStream.Name(_endpoint))?.End ?? 0);
    }

    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        // Two lists a step: a step adds at most one, so what is old shrinks.
        for (var i = 0; i < 2; i++)
        {
            if (_nextExpiry > _progress.Now)
                return;
            var oldest = await _store.OldestAsync(cancellationToken);
            _nextExpiry = oldest is null ? long.MaxValue : oldest.Time + (long)_retention.TotalMicroseconds;
            if (oldest is null || _nextExpiry > _progress.Now)
                return;
            await ForgetAsync(oldest, cancellationToken);
        }
    }

    private async Task ForgetAsync(AgedIds aged, CancellationToken cancellationToken)
    {
        var progress = _progress;
        foreach (var entry in await _store.ReadAsync(aged.Ids, cancellationToken))
        {
            if (entry is { Label: null })
                progress.ExpiredPredictions += entry.Scores.Count;
            else if (entry is { Scores.Count: 0 })
                progress.ExpiredLabels++;
        }

        await _store.ForgetAsync(aged, progress, cancellationToken);
        _progress = progress;
    }

    // A record from the far future must not make all others old at once.
    private long Newest(SignalBatch? batch)
    {
        var newest = long.MinValue;
        for (var row = 0; row < batch?.Count; row++)
            newest = Math.Max(newest, batch[0].Int64(row));
        return Math.Min(newest, SignalBatch.ToMicroseconds(_clock.GetUtcNow() + MonitoringOptions.FutureTolerance));
    }

    private IAsyncEnumerator<SignalBatch>? Read(string stream, long from, CancellationToken cancellationToken) =>
        _signals.Find(stream)?.ReadAsync(from, cancellationToken).GetAsyncEnumerator(cancellationToken);

    private static async ValueTask<SignalBatch?> NextAsync(IAsyncEnumerator<SignalBatch>? batches) =>
        batches is not null && await batches.MoveNextAsync() ? batches.Current : null;
}
