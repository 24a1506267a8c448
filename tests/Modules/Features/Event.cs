using CsCheck;
using Orrery.Features.Streaming;

namespace Orrery.Features.Tests;

/// <summary>A flight that landed: when it became known (microseconds), where it came from, how late it was.</summary>
internal sealed record Event(long Known, string? Origin, long? Delay, double? Distance, bool? Late)
{
    public const long Hour = 3_600_000_000;

    /// <summary>2001-01-01.</summary>
    public const long Start = 978_307_200_000_000;

    private static readonly string[] Airports = ["ATL", "BOS", "O'Hare"];

    /// <summary>Moments within two days, often exactly on a tick or just beside it, and often the same.</summary>
    public static readonly Gen<long> Moments = Gen.OneOf(
        Gen.Long[0, 48].Select(h => Start + (h * Hour)),
        Gen.Select(Gen.Long[0, 48], Gen.Long[-1, 1], (h, d) => Start + (h * Hour) + d),
        Gen.Long[0, 48 * Hour].Select(m => Start + m),
        Gen.Long[-3 * Hour, 0].Select(m => m)); // around 1970, where a careless division rounds the wrong way

    public static readonly Gen<Event> One = Gen.Select(
        Moments,
        Gen.Frequency((9, OneOf(Airports)), (1, Gen.Const((string)null!))),
        Gen.Frequency((8, Gen.Long[-60, 600].Select(d => (long?)d)), (1, Gen.Const((long?)null)), (1, Gen.Const((long?)0))),
        Gen.Frequency((8, Gen.Double[-1e6, 1e6].Select(d => (double?)d)), (1, Gen.Const((double?)null)), (1, Gen.Const((double?)double.NaN))),
        Gen.Frequency((8, Gen.Bool.Select(b => (bool?)b)), (2, Gen.Const((bool?)null))),
        (known, origin, delay, distance, late) => new Event(known, origin, delay, distance, late));

    public static readonly Gen<List<Event>> Some = One.List[0, 60];

    public static readonly string[] Columns = ["landed", "origin", "delay", "distance", "late"];

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public DateTimeOffset Landed => DateTimeOffset.UnixEpoch.AddTicks(Known * TimeSpan.TicksPerMicrosecond);

    public IReadOnlyList<object?> Row => [Landed, Origin, Delay, Distance, Late];

    public static EventRows Push(IEnumerable<Event> events) => new(Columns, [.. events.Select(e => e.Row)]);

    public static string Sql(IReadOnlyList<Event> events)
    {
        string Text(Event e) => FormattableString.Invariant(
            $"({e.Known}, {(e.Origin is { } o ? $"'{o.Replace("'", "''", StringComparison.Ordinal)}'" : "NULL")}, {e.Delay?.ToString() ?? "NULL"}, {(e.Distance is { } d ? $"'{d:R}'" : "NULL")}, {e.Late?.ToString() ?? "NULL"})");
        var rows = events.Count == 0 ? "(0, NULL, NULL, NULL, NULL)" : string.Join(", ", events.Select(Text));
        return "SELECT make_timestamp(k::BIGINT) AS landed, o::VARCHAR AS origin, d::BIGINT AS delay, x::DOUBLE AS distance, l::BOOLEAN AS late " +
            $"FROM (VALUES {rows}) AS t(k, o, d, x, l){(events.Count == 0 ? " WHERE false" : "")}";
    }
}
