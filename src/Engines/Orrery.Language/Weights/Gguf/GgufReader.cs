using System.Runtime.CompilerServices;
using Orrery.Kernel;

namespace Orrery.Language.Weights.Gguf;

/// <summary>GGUF, versions 2 and 3, little-endian (ggml's docs/gguf.md). A header is believed nothing: whatever it claims must fit into the file.</summary>
internal static unsafe class GgufReader
{
    public const uint Magic = 0x46554747; // "GGUF"
    public const int DefaultAlignment = 32;
    private const int MaxDimensions = 4;

    // What a key with an empty name and a one-byte value takes, and a tensor without dimensions.
    private const int LeastEntryBytes = 13, LeastTensorBytes = 24;

    public static bool Recognises(MappedFile file) => file.Length >= 4 && Unsafe.ReadUnaligned<uint>(file.Pointer) == Magic;

    public static ModelFile Read(MappedFile file)
    {
        var cursor = new GgufCursor(file);
        cursor.Read<uint>("the magic number");
        var version = cursor.Read<uint>("the version");
        if (version is not (2 or 3))
            throw new InvalidException($"'{file.Path}' is GGUF of version {version}{(version == 0x03000000 ? " (big-endian)" : "")}; versions 2 and 3, little-endian, are supported. Convert it with a current tool.");
        var tensorCount = cursor.ReadLength(LeastTensorBytes, "the number of tensors");
        var entryCount = cursor.ReadLength(LeastEntryBytes, "the number of metadata entries");
        var metadata = new ModelMetadata(ReadMetadata(cursor, entryCount));
        var headers = new List<Header>(tensorCount);
        for (var i = 0; i < tensorCount; i++)
            headers.Add(ReadHeader(cursor));
        return new(file.Path, metadata, Place(file, cursor, headers, Alignment(metadata, cursor)));
    }

    private static Dictionary<string, object> ReadMetadata(GgufCursor cursor, int count)
    {
        var values = new Dictionary<string, object>(count);
        for (var i = 0; i < count; i++)
        {
            var key = cursor.ReadString("a metadata key");
            if (!values.TryAdd(key, cursor.ReadValue(key)))
                throw cursor.Damaged($"the metadata key '{key}' is there twice");
        }

        return values;
    }

    private static Header ReadHeader(GgufCursor cursor)
    {
        var name = cursor.ReadString("a tensor's name");
        var dimensions = cursor.Read<uint>(name);
        if (dimensions > MaxDimensions)
            throw cursor.Damaged($"tensor '{name}' has {dimensions} dimensions; at most {MaxDimensions} are possible");
        var shape = new long[dimensions];
        long count = 1;
        for (var i = (int)dimensions - 1; i >= 0; i--)
        {
            var length = cursor.Read<ulong>(name);
            if (length is 0 or > int.MaxValue || count > long.MaxValue / (long)length)
                throw cursor.Damaged($"tensor '{name}' has a dimension of {length}");
            shape[i] = (long)length;
            count *= (long)length;
        }

        var format = TensorFormat.OfNumber(cursor.Read<uint>(name), name);
        if ((shape.Length == 0 ? 1 : shape[^1]) % format.BlockLength != 0)
            throw cursor.Damaged($"tensor '{name}' has rows of {(shape.Length == 0 ? 1 : shape[^1])} values, which {format.Type} cannot store: its blocks hold {format.BlockLength}");
        return new(name, format, shape, count, cursor.Read<ulong>(name));
    }

    private static Dictionary<string, WeightTensor> Place(MappedFile file, GgufCursor cursor, List<Header> headers, long alignment)
    {
        var start = (cursor.Position + alignment - 1) / alignment * alignment;
        var tensors = new Dictionary<string, WeightTensor>(headers.Count);
        foreach (var header in headers)
        {
            var room = file.Length - start;
            if (room < 0 || header.Offset > (ulong)room || header.Count / header.Format.BlockLength > (room - (long)header.Offset) / header.Format.BlockBytes)
                throw cursor.Damaged($"tensor '{header.Name}' of {header.Count} values in {header.Format.Type} at offset {header.Offset} reaches beyond the end of the file");
            if (header.Offset % (ulong)alignment != 0)
                throw cursor.Damaged($"tensor '{header.Name}' is at offset {header.Offset}, no multiple of the alignment {alignment}");
            if (!tensors.TryAdd(header.Name, new(header.Name, header.Format, header.Shape, file.Pointer + start + (long)header.Offset, file)))
                throw cursor.Damaged($"there are two tensors '{header.Name}'");
        }

        return tensors;
    }

    private static long Alignment(ModelMetadata metadata, GgufCursor cursor)
    {
        var alignment = metadata.FindInteger("general.alignment") ?? DefaultAlignment;
        // A multiple of 8 by the format's text; more than a huge page serves nobody.
        return alignment is >= 8 and <= 1 << 21 && alignment % 8 == 0 ? alignment : throw cursor.Damaged($"the alignment is {alignment}, no multiple of 8 up to 2 MiB");
    }

    private sealed record Header(string Name, TensorFormat Format, long[] Shape, long Count, ulong Offset);
}
