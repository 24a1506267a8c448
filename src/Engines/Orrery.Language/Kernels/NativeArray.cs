using System.Runtime.InteropServices;

namespace Orrery.Language.Kernels;

/// <summary>Memory outside of the managed heap, aligned to a cache line: kernels keep pointers into it. Freed by its finalizer, when no reader is left.</summary>
internal sealed unsafe class NativeArray<T>
    where T : unmanaged
{
    private const int CacheLine = 64;

    public NativeArray(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var bytes = checked((nuint)Math.Max(1, length) * (nuint)sizeof(T));
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(Pointer, bytes);
        Length = length;
        GC.AddMemoryPressure((long)bytes);
    }

    public NativeArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(new Span<T>(Pointer, values.Length));

    ~NativeArray()
    {
        if (Pointer is null)
            return;
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(Math.Max(1, Length) * sizeof(T));
    }

    public T* Pointer { get; }

    public long Length { get; }

    public Span<T> Span(long start, int length) => new(Pointer + start, length);
}
