using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orrery.Embedded.Signals.Segments;
using Orrery.Embedded.Signals.Tails;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals;

/// <summary>Makes the chain of a stream from its files.</summary>
internal static partial class ChainRecovery
{
    /// <summary>The chain of a stream that is made now.</summary>
    public static StreamChain Create(string name, StreamFolder folder, string scratch, SignalSchema schema) =>
        new(name, [], [TailFile.Create(folder, scratch, 0, schema)]);

    /// <summary>
    /// Reads the chain after a start, finishes what a crash interrupted, and checks that no record is missing: each part begins where the one
    /// before ends.
    /// </summary>
    public static StreamChain Open(string name, StreamFolder folder, ILogger logger)
    {
        var segments = Segmented(folder, out var end);
        var tails = ImmutableArray.CreateBuilder<TailFile>();
        var found = folder.Tails();
        for (var i = 0; i < found.Count; i++)
        {
            var (first, path) = found[i];
            var isLive = i == found.Count - 1;
            if (!isLive && found[i + 1].First <= end)
            {
                File.Delete(path); // It became a segment, and the crash came before it was removed.
                continue;
            }

            var tail = TailRecovery.Read(path);
            if (tail.First != end)
                throw DamagedStream.Error(path, $"it begins at offset {tail.First}, but the records before it end at {end}");
            if (tail.TornBytes > 0)
            {
                if (!isLive)
                    throw DamagedStream.Error(path, $"its last {tail.TornBytes} bytes match no checksum, though a later tail was begun after it was whole");
                Torn(logger, name, tail.TornBytes);
            }

            tails.Add(TailFile.Open(tail));
            end = tail.End;
        }

        return tails.Count > 0
            ? new(name, segments, tails.ToImmutable())
            : throw DamagedStream.Error(folder.TailPath(end), "it is missing, and with it the stream's columns and its newest records");
    }

    private static ImmutableArray<Segment> Segmented(StreamFolder folder, out long end)
    {
        var segments = folder.Segments();
        end = 0;
        foreach (var segment in segments)
        {
            if (segment.First != end)
                throw DamagedStream.Error(segment.Path, $"it begins at offset {segment.First}, but the records before it end at {end}");
            end = segment.End;
        }

        return [.. segments];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signal stream {Stream} ended in {Bytes} bytes of an append that was never acknowledged; they are cut off")]
    private static partial void Torn(ILogger logger, string stream, long bytes);
}
