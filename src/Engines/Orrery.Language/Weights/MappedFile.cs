using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Orrery.Kernel;

namespace Orrery.Language.Weights;

/// <summary>
/// A file in the address space, read only. Whoever reads it holds this object; the mapping ends when the last of them is collected, so that no reader can lose it
/// under its feet.
/// </summary>
internal sealed unsafe class MappedFile
{
    private readonly SafeBuffer? _view;

    public MappedFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new NotFoundException($"There is no file '{path}'.");
        Length = file.Length;
        if (Length == 0)
            throw new InvalidException($"'{path}' is empty.");
        using var mapped = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _view = view.SafeMemoryMappedViewHandle;
        Pointer = start + view.PointerOffset;
    }

    // A safe handle is released after ordinary finalizers have run, so it is still there.
    ~MappedFile() => _view?.ReleasePointer();

    public string Path { get; }

    public byte* Pointer { get; }

    public long Length { get; }

    /// <summary>The bytes of a small file: a tokeniser, a configuration.</summary>
    /// <exception cref="InvalidException">It is longer than <paramref name="mostBytes"/>, more than such a file has.</exception>
    public static byte[] ReadWhole(string path, int mostBytes)
    {
        var file = new MappedFile(path);
        if (file.Length > mostBytes)
            throw new InvalidException($"'{path}' has {file.Length} bytes; expected {mostBytes} at most. It is no such file.");
        var bytes = new ReadOnlySpan<byte>(file.Pointer, (int)file.Length).ToArray();
        GC.KeepAlive(file);
        return bytes;
    }
}
