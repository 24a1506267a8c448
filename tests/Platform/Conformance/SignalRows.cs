using CsCheck;
using Orrery.Platform.Signals;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>A record in a form that two can be compared in.</summary>
internal sealed record SignalRow(DateTimeOffset Time, string Id, string? Text, double? Number, long? Integer, bool? Flag, DateTimeOffset? Moment)
{
    public static readonly SignalSchema Schema = new(
        new SignalColumn("text", SignalType.Text),
        new SignalColumn("number", SignalType.Float64),
        new SignalColumn("integer", SignalType.Int64),
        new SignalColumn("flag", SignalType.Boolean),
        new SignalColumn("moment", SignalType.Timestamp));

    private static readonly Gen<DateTimeOffset> Moments = Gen.Long[-62_135_596_800_000_000, 253_402_300_799_000_000].Select(SignalBatch.FromMicroseconds);

    /// <summary>Any record: with nulls, NaN, infinities, empty text and text beyond ASCII.</summary>
    public static readonly Gen<SignalRow> Any = Gen.Select(
        Moments,
        Gen.Int[0, 99_999],
        Gen.OneOf<string?>(Gen.Const(default(string)), Gen.OneOf<string?>("", "plain", "Grüße, 世界 🌍", "a\0b\nc"), Gen.String[Gen.Char['a', 'z'], 0, 40].Select(s => (string?)s)),
        Gen.OneOf<double?>(Gen.Const(default(double?)), Gen.OneOf<double?>(double.NaN, double.NegativeInfinity, -0.0, double.Epsilon), Gen.Double.Select(d => (double?)d)),
        Gen.OneOf<long?>(Gen.Const(default(long?)), Gen.OneOf<long?>(long.MinValue, long.MaxValue), Gen.Long.Select(l => (long?)l)),
        Gen.OneOf<bool?>(null, true, false),
        Gen.OneOf<DateTimeOffset?>(Gen.Const(default(DateTimeOffset?)), Moments.Select(m => (DateTimeOffset?)m)),
        (time, id, text, number, integer, flag, moment) => new SignalRow(time, $"id-{id}", text, number, integer, flag, moment));

    /// <summary>A simple record.</summary>
    public static SignalRow Of(int i) => new(DateTimeOffset.UnixEpoch.AddSeconds(i), $"id-{i}", $"text {i}", i / 2.0, i, i % 2 == 0, null);

    public static SignalBatch Batch(params IEnumerable<SignalRow> rows)
    {
        var batch = new SignalBatch(Schema);
        foreach (var row in rows)
            batch.Add(row.Time, row.Id).Set(2, row.Text).Set(3, row.Number).Set(4, row.Integer).Set(5, row.Flag).Set(6, row.Moment);
        return batch;
    }

    public static IEnumerable<SignalRow> Rows(SignalBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            yield return new(batch.TimeAt(i), batch.IdAt(i),
                batch["text"].IsNull(i) ? null : batch["text"].Text(i),
                batch["number"].IsNull(i) ? null : batch["number"].Float64(i),
                batch["integer"].IsNull(i) ? null : batch["integer"].Int64(i),
                batch["flag"].IsNull(i) ? null : batch["flag"].Boolean(i),
                batch["moment"].IsNull(i) ? null : batch["moment"].Timestamp(i));
        }
    }
}
