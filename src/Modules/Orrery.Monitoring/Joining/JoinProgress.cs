using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orrery.Kernel;
using Orrery.Monitoring.Monitors;

namespace Orrery.Monitoring.Joining;

/// <summary>
/// How far an endpoint's join is. It is written in one batch with the entries that it speaks of, so the two never disagree. Kept as its fields in order, 8 bytes each.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct JoinProgress
{
    private const long CurrentFormat = 1;

    private long _format;

    /// <summary>The prediction to read next.</summary>
    public long PredictionsNext;

    /// <summary>The label to read next.</summary>
    public long LabelsNext;

    /// <summary>The end of the outcomes that the entries know of; what lies beyond was written by a step that was cut off.</summary>
    public long OutcomesNext;

    /// <summary>The newest event time, in microseconds since 1970.</summary>
    public long Now;

    /// <summary>Steps so far.</summary>
    public long Step;

    public long Outcomes;
    public long RepeatedPredictions;
    public long RepeatedLabels;
    public long CorrectedLabels;
    public long InvalidLabels;
    public long ExpiredLabels;
    public long ExpiredPredictions;

    public static JoinProgress Start => new() { _format = CurrentFormat, Now = long.MinValue };

    public static JoinProgress Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Unsafe.SizeOf<JoinProgress>() || BinaryPrimitives.ReadInt64LittleEndian(bytes) != CurrentFormat)
            throw new OrreryException(ErrorCode.Internal, "The progress of the label join has another format than this version of Orrery writes.");
        return MemoryMarshal.Read<JoinProgress>(bytes);
    }

    public readonly byte[] ToBytes()
    {
        var bytes = new byte[Unsafe.SizeOf<JoinProgress>()];
        MemoryMarshal.Write(bytes, in this);
        return bytes;
    }

    public readonly JoinStatus ToStatus(string endpoint) => new(
        endpoint, PredictionsNext, LabelsNext, Outcomes, RepeatedPredictions, RepeatedLabels, CorrectedLabels, InvalidLabels, ExpiredLabels, ExpiredPredictions);
}
