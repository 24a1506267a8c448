using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>What a tail was found to hold.</summary>
/// <param name="Length">Bytes up to the end of the last whole record.</param>
/// <param name="TornBytes">Bytes after it: an append that was never acknowledged.</param>
internal sealed record RecoveredTail(string Path, long First, long End, SignalSchema Schema, IReadOnlyList<Frame> Frames, long Length, long TornBytes);

/// <summary>
/// Reads a tail after a start. Every commit is one record and is flushed before the next begins, so a crash can tear the last record
/// alone. Anything else that does not match its checksum is damage, and is reported instead of cut off.
/// </summary>
internal static class TailRecovery
{
    public static RecoveredTail Read(string path)
    {
        var file = File.ReadAllBytes(path); // 16 MiB when it is rolled; more only where one batch was larger.
        var (first, schema, position) = TailHeader.Decode(file, path);
        var frames = new List<Frame>();
        var next = first;
        while (position < file.Length && Frame.Read(file, position) is { } frame)
        {
            if (frame.First != next)
                throw DamagedStream.Error(path, $"the record at byte {position} begins with offset {frame.First} instead of {next}");
            frames.Add(frame);
            next = frame.End;
            position = (int)frame.Position + frame.Length;
        }

        if (position < file.Length && Frame.AnyAfter(file, position))
            throw DamagedStream.Error(path, $"the record at byte {position} does not match its checksum, and whole records follow it");
        return new(path, first, next, schema, frames, position, file.Length - position);
    }
}
