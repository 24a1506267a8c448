using System.Runtime.InteropServices;

namespace Orrery.Vectors.Memory;

/// <summary>
/// Zeroed memory outside of the managed heap, aligned to a cache line and without the two-billion-element limit of arrays. It is freed by its finalizer
/// alone: readers hold the object, so no writer can free it under them.
/// </summary>
internal sealed unsafe class NativeBlock<T>
    where T : unmanaged
{
    private const int CacheLine = 64;

    public NativeBlock(long length)
    {
        var bytes = checked((nuint)Math.Max(1, length) * (nuint)sizeof(T));
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(Pointer, bytes);
        Length = length;
        GC.AddMemoryPressure((long)bytes);
    }

    ~NativeBlock()
    {
        if (Pointer is null)
            return;
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(Math.Max(1, Length) * sizeof(T));
    }

    public T* Pointer { get; }

    public long Length { get; }

    public void CopyTo(NativeBlock<T> other, long count) =>
        NativeMemory.Copy(Pointer, other.Pointer, checked((nuint)count * (nuint)sizeof(T)));
}
