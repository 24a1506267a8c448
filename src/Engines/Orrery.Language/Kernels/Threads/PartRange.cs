using System.Runtime.InteropServices;

namespace Orrery.Language.Kernels.Threads;

/// <summary>A member's stretch of the parts of a work, in cache lines of its own (two: processors fetch them in pairs).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PartRange
{
    // The count of works in the upper half, the parts not yet claimed in the lower: a claim by compare-and-swap is for this very work.
    [FieldOffset(128)]
    private long _state;

    [FieldOffset(136)]
    private int _end;

    public readonly bool IsEmpty => (uint)Volatile.Read(in _state) == 0;

    public void Publish(uint work, int first, int end)
    {
        _end = end;
        Volatile.Write(ref _state, (long)work << 32 | (uint)(end - first));
    }

    public bool TryTake(out int part)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((uint)state == 0)
            {
                part = 0;
                return false;
            }

            if (Interlocked.CompareExchange(ref _state, state - 1, state) != state)
                continue; // somebody was faster
            part = _end - (int)(uint)state;
            return true;
        }
    }
}

/// <summary>A count in cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedCount
{
    [FieldOffset(128)]
    public int Value;
}
