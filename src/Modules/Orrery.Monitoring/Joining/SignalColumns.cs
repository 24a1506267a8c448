using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Joining;

/// <summary>The columns of a batch of predictions that every prediction has.</summary>
internal readonly struct PredictionColumns(SignalBatch batch)
{
    private readonly SignalColumnValues _time = batch[0];
    private readonly SignalColumnValues _version = batch[PredictionStream.Version];
    private readonly SignalColumnValues _arm = batch[PredictionStream.Arm];
    private readonly SignalColumnValues _served = batch[PredictionStream.Served];
    private readonly SignalColumnValues _score = batch[PredictionStream.Score];

    public ArmScore At(int row) => new(
        _version.IsNull(row) ? 0 : _version.Int64(row), _arm.IsNull(row) ? "" : _arm.Text(row), !_served.IsNull(row) && _served.Boolean(row),
        _score.IsNull(row) ? null : _score.Float64(row), _time.Int64(row));
}

/// <summary>Where the columns of an outcome are.</summary>
internal static class OutcomeColumns
{
    public static readonly int PredictedAt = OutcomeStream.Schema.Ordinal(OutcomeStream.PredictedAt);
    public static readonly int Version = OutcomeStream.Schema.Ordinal(PredictionStream.Version);
    public static readonly int Arm = OutcomeStream.Schema.Ordinal(PredictionStream.Arm);
    public static readonly int Served = OutcomeStream.Schema.Ordinal(PredictionStream.Served);
    public static readonly int Score = OutcomeStream.Schema.Ordinal(PredictionStream.Score);
    public static readonly int Label = OutcomeStream.Schema.Ordinal(OutcomeStream.Label);

    /// <summary>The record of a row of an outcomes batch, whatever its columns' order.</summary>
    public static Outcome At(SignalBatch batch, int row)
    {
        var (score, label) = (batch[PredictionStream.Score], batch[OutcomeStream.Label]);
        return new(
            batch.IdAt(row),
            new(batch[PredictionStream.Version].Int64(row), batch[PredictionStream.Arm].Text(row), batch[PredictionStream.Served].Boolean(row),
                score.IsNull(row) ? null : score.Float64(row), batch[OutcomeStream.PredictedAt].Int64(row)),
            new(label.Float64(row), batch[0].Int64(row)));
    }
}
