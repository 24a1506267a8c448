using System.Runtime.CompilerServices;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Language.Weights.Gguf;

/// <summary>Reads a header value by value. Every length is held against what is left of the file before anything is read or allocated.</summary>
internal sealed unsafe class GgufCursor(MappedFile file)
{
    public long Position { get; private set; }

    public T Read<T>(string what)
        where T : unmanaged
    {
        Need(sizeof(T), what);
        var value = Unsafe.ReadUnaligned<T>(file.Pointer + Position);
        Position += sizeof(T);
        return value;
    }

    public string ReadString(string what)
    {
        var length = ReadLength(1, what);
        var text = Encoding.UTF8.GetString(file.Pointer + Position, length);
        Position += length;
        return text;
    }

    /// <summary>A count of things of at least so many bytes each, all of which must still fit into the file.</summary>
    public int ReadLength(int leastBytes, string what)
    {
        var length = Read<ulong>(what);
        if (length > (ulong)((file.Length - Position) / leastBytes) || length > int.MaxValue)
            throw Damaged($"{what} claims {length} entries, more than the {file.Length - Position} bytes that are left can hold");
        return (int)length;
    }

    public object ReadValue(string key)
    {
        var type = (GgufValueType)Read<uint>(key);
        return type is GgufValueType.Array ? ReadArray(key) : ReadScalar(type, key);
    }

    public InvalidException Damaged(string why) => new($"'{file.Path}' is damaged: {why} (at byte {Position} of {file.Length}). Fetch or convert it again.");

    private object ReadScalar(GgufValueType type, string key) => type switch
    {
        GgufValueType.UInt8 => (long)Read<byte>(key),
        GgufValueType.Int8 => (long)Read<sbyte>(key),
        GgufValueType.UInt16 => (long)Read<ushort>(key),
        GgufValueType.Int16 => (long)Read<short>(key),
        GgufValueType.UInt32 => (long)Read<uint>(key),
        GgufValueType.Int32 => (long)Read<int>(key),
        GgufValueType.Int64 => Read<long>(key),
        GgufValueType.UInt64 => Read<ulong>(key) is var value && value <= long.MaxValue ? (long)value : value,
        GgufValueType.Float32 => (double)Read<float>(key),
        GgufValueType.Float64 => Read<double>(key),
        GgufValueType.Boolean => Read<byte>(key) != 0,
        GgufValueType.String => ReadString(key),
        _ => throw Damaged($"'{key}' has a value of unknown type {(uint)type}"),
    };

    private object ReadArray(string key)
    {
        var type = (GgufValueType)Read<uint>(key);
        return type switch
        {
            GgufValueType.String => ReadAll(8, key, () => ReadString(key)),
            GgufValueType.Boolean => ReadAll(1, key, () => Read<byte>(key) != 0),
            GgufValueType.Float32 => ReadAll(4, key, () => (double)Read<float>(key)),
            GgufValueType.Float64 => ReadAll(8, key, () => Read<double>(key)),
            GgufValueType.UInt64 => ReadAll(8, key, () => unchecked((long)Read<ulong>(key))),
            GgufValueType.Array => throw Damaged($"'{key}' is an array of arrays, which no model needs"),
            _ => ReadAll(WidthOf(type), key, () => (long)ReadScalar(type, key)),
        };
    }

    private T[] ReadAll<T>(int leastBytes, string key, Func<T> read)
    {
        var values = new T[ReadLength(leastBytes, key)];
        for (var i = 0; i < values.Length; i++)
            values[i] = read();
        return values;
    }

    private static int WidthOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 => 4,
        GgufValueType.Int64 => 8,
        _ => 1,
    };

    private void Need(long bytes, string what)
    {
        if (bytes > file.Length - Position)
            throw Damaged($"it ends within {what}");
    }
}
