using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>An entry of a shard's log: format, then the id of each point that the operation changed, led by whether it went.</summary>
internal static class LogEntryCodec
{
    private const byte Format = 1;

    public static byte[] Write(IReadOnlyCollection<PointChange> changes)
    {
        var entry = new List<byte>(1 + changes.Count * 18) { Format };
        foreach (var change in changes)
        {
            entry.Add(change.IsRemoval ? (byte)1 : (byte)0);
            entry.AddRange(ShardKeys.IdBytes(change.Id));
        }

        return [.. entry];
    }

    public static IEnumerable<(PointId Id, bool IsRemoval)> Read(byte[] entry)
    {
        const int length = 18;
        for (var at = 1; at + length <= entry.Length; at += length)
        {
            yield return (ShardKeys.IdOf(entry.AsSpan(at + 1, length - 1)), entry[at] == 1);
        }
    }
}
