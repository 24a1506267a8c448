using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Joining;

/// <summary>
/// The pure part of the join: takes some prediction records and some labels, with the entries of their ids, and says which outcomes they make. Each prediction record
/// gets the first label of its id in the order of the label stream, so that the outcomes are the same however the two streams are cut and interleaved.
/// </summary>
internal sealed class JoinStep(IReadOnlyDictionary<string, JoinEntry> entries, JoinProgress progress)
{
    public JoinProgress Progress = progress;

    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    public List<Outcome> Outcomes { get; } = [];

    public void AddPredictions(SignalBatch batch)
    {
        var columns = new PredictionColumns(batch);
        for (var row = 0; row < batch.Count; row++)
        {
            var id = batch.IdAt(row);
            var entry = entries[id];
            var score = columns.At(row);
            if (entry.Has(score.Version, score.Arm))
            {
                Progress.RepeatedPredictions++;
                continue;
            }

            entry.Scores.Add(score);
            Changed.Add(id);
            if (entry.Label is { } label)
                Outcomes.Add(new(id, score, label));
        }

        Progress.PredictionsNext = batch.FirstOffset + batch.Count;
    }

    public void AddLabels(SignalBatch batch)
    {
        var values = batch[LabelStream.Value];
        for (var row = 0; row < batch.Count; row++)
        {
            if (values.IsNull(row) || !double.IsFinite(values.Float64(row)))
                Progress.InvalidLabels++;
            else
                AddLabel(batch.IdAt(row), new(values.Float64(row), batch[0].Int64(row)));
        }

        Progress.LabelsNext = batch.FirstOffset + batch.Count;
    }

    private void AddLabel(string id, KnownLabel label)
    {
        var entry = entries[id];
        if (entry.Label is { } known)
        {
            if (known.Value == label.Value)
                Progress.RepeatedLabels++;
            else
                Progress.CorrectedLabels++;
            return;
        }

        entry.Label = label;
        Changed.Add(id);
        foreach (var score in entry.Scores)
            Outcomes.Add(new(id, score, label));
    }
}

/// <summary>A prediction record and its label.</summary>
internal readonly record struct Outcome(string Id, ArmScore Score, KnownLabel Label)
{
    public OutcomeKey Key => new(Id, Score.Version, Score.Arm);

    public void AddTo(SignalBatch batch) => batch.Add(SignalBatch.FromMicroseconds(Label.Time), Id)
        .Set(OutcomeColumns.PredictedAt, (long?)Score.PredictedAt).Set(OutcomeColumns.Version, Score.Version).Set(OutcomeColumns.Arm, Score.Arm)
        .Set(OutcomeColumns.Served, Score.Served).Set(OutcomeColumns.Score, Score.Score).Set(OutcomeColumns.Label, Label.Value);
}

/// <summary>What no two outcomes have in common.</summary>
internal readonly record struct OutcomeKey(string Id, long Version, string Arm);
