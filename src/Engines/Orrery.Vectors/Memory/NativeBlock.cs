using System.Runtime.InteropServices;

namespace Orrery.Vectors.Memory;

/// <summary>
/// Memory outside of the managed heap, aligned to a cache line and without the two-billion-element limit of arrays. It is freed by its finalizer
/// alone: readers hold the object, so no writer can free it under them.
/// </summary>
internal sealed unsafe class NativeBlock<T>
    where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly object? _owner;
    private readonly void* _allocation;

    /// <summary>Zeroed memory of its own. Of a large block only the pages that are written to take memory: a storage may double without its second half being there yet.</summary>
    public NativeBlock(long length)
    {
        var bytes = checked((nuint)Math.Max(1, length) * (nuint)sizeof(T));
        _allocation = NativeMemory.AllocZeroed(checked(bytes + CacheLine));
        Pointer = (T*)(((nuint)_allocation + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        Length = length;
        GC.AddMemoryPressure((long)bytes);
    }

    /// <summary>A part of memory that belongs to <paramref name="owner"/>, which lives as long as this does. It may be read only.</summary>
    public NativeBlock(T* pointer, long length, object owner)
    {
        Pointer = pointer;
        (Length, _owner) = (length, owner);
        GC.SuppressFinalize(this);
    }

    /// <summary>A copy of the first <paramref name="count"/>.</summary>
    public NativeBlock<T> Copy(long count)
    {
        var copy = new NativeBlock<T>(count);
        CopyTo(copy, count);
        return copy;
    }

    ~NativeBlock()
    {
        if (_allocation is null)
            return;
        NativeMemory.Free(_allocation);
        GC.RemoveMemoryPressure(Math.Max(1, Length) * sizeof(T));
    }

    public T* Pointer { get; }

    public long Length { get; }

    /// <summary>Whether it may only be read.</summary>
    public bool IsBorrowed => _owner is not null;

    public ref T this[int index] => ref Pointer[index];

    public void Clear() => NativeMemory.Clear(Pointer, checked((nuint)Length * (nuint)sizeof(T)));

    public void CopyTo(NativeBlock<T> other, long count) =>
        NativeMemory.Copy(Pointer, other.Pointer, checked((nuint)count * (nuint)sizeof(T)));
}
