using System.IO.MemoryMappedFiles;

namespace Orrery.Vectors.Memory;

/// <summary>A file in the address space. The mapping lives until the last index that reads it is collected, whether its view was disposed or not.</summary>
internal sealed unsafe class MappedRegion
{
    private readonly System.Runtime.InteropServices.SafeBuffer _view;

    public MappedRegion(MemoryMappedViewAccessor view)
    {
        ArgumentNullException.ThrowIfNull(view);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _view = view.SafeMemoryMappedViewHandle;
        Pointer = start + view.PointerOffset;
        Length = view.Capacity;
    }

    // A safe handle is released after ordinary finalizers have run, so it is still there.
    ~MappedRegion() => _view?.ReleasePointer();

    public byte* Pointer { get; }

    public long Length { get; }
}
