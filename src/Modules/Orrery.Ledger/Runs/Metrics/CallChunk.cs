namespace Orrery.Ledger.Runs.Metrics;

/// <summary>
/// Packs what one call logged of many metrics: 1 byte of version, then for each metric its key as the difference to the one before, the bytes that its points
/// take, and its points as <see cref="PointChunk"/> packs them. One row instead of one for each metric; a reader who wants one metric skips the others by their lengths.
/// </summary>
internal static class CallChunk
{
    private const byte Version = 2;

    public static byte[] Pack(IReadOnlyCollection<KeyValuePair<long, List<RawPoint>>> metrics)
    {
        using var packed = new MemoryStream();
        packed.WriteByte(Version);
        var before = 0L;
        var number = new byte[PointChunk.MaxVarintBytes];
        foreach (var (metric, course) in metrics.OrderBy(metric => metric.Key))
        {
            var points = PointChunk.Pack(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(course));
            packed.Write(number, 0, PointChunk.Write(number, 0, metric - before));
            packed.Write(number, 0, PointChunk.Write(number, 0, points.Length));
            packed.Write(points);
            before = metric;
        }

        return packed.ToArray();
    }

    /// <summary>Adds the points of one metric, if the call had any.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, long metric, List<RawPoint> points)
    {
        var (at, key) = (Begin(packed), 0L);
        while (at < packed.Length && key < metric)
        {
            var part = Next(packed, ref at, ref key);
            if (key == metric)
                PointChunk.Unpack(part, points);
        }
    }

    /// <summary>Adds the points of every metric to its list.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, IDictionary<long, List<RawPoint>> metrics)
    {
        var (at, key) = (Begin(packed), 0L);
        while (at < packed.Length)
        {
            var part = Next(packed, ref at, ref key);
            if (!metrics.TryGetValue(key, out var points))
                metrics[key] = points = [];
            PointChunk.Unpack(part, points);
        }
    }

    private static int Begin(ReadOnlySpan<byte> packed) => packed.Length > 0 && packed[0] == Version ? 1 : throw PointChunk.Damaged();

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> packed, ref int at, ref long key)
    {
        var difference = PointChunk.Read(packed, ref at);
        var length = PointChunk.Read(packed, ref at);
        if (difference <= 0 || length < 0 || length > packed.Length - at) // keys grow
            throw PointChunk.Damaged();
        key += difference;
        var part = packed.Slice(at, (int)length);
        at += (int)length;
        return part;
    }
}
