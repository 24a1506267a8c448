using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orrery.Language.Weights.Gguf;

/// <summary>
/// Writes GGUF version 3. Tensors are declared first, as the header precedes all data; then their values are appended in the order of declaration.
/// Not thread-safe.
/// </summary>
/// <param name="output">Where it goes; it is written forward only and stays open.</param>
public sealed class GgufWriter(Stream output)
{
    private readonly List<(string Name, TensorFormat Format, long[] Shape, long Bytes)> _tensors = [];
    private readonly ArrayBufferWriter<byte> _entries = new();
    private int _entryCount;
    private int _written = -1;
    private long _position;

    /// <summary>
    /// Adds a metadata entry: string, int, uint, long, float, double, bool, or an array of string, int, float or bool. A number that is not negative is written unsigned,
    /// since llama.cpp refuses a count that is not.
    /// </summary>
    public void Add(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_written >= 0)
            throw new InvalidOperationException("The header is written already.");
        WriteString(_entries, key);
        if (value is Array array)
        {
            WriteNumber(_entries, (uint)GgufValueType.Array);
            WriteNumber(_entries, (uint)TypeOf(array.GetType().GetElementType()!));
            WriteNumber(_entries, (ulong)array.LongLength);
            foreach (var element in array)
                WriteValue(_entries, element);
        }
        else
        {
            WriteNumber(_entries, (uint)(value is >= 0 ? GgufValueType.UInt32 : TypeOf(value.GetType())));
            WriteValue(_entries, value);
        }

        _entryCount++;
    }

    /// <summary>Declares a tensor.</summary>
    /// <param name="name">Its name, once in a file.</param>
    /// <param name="type">How it is stored.</param>
    /// <param name="shape">Its dimensions, the slowest first: rows, columns.</param>
    public void Declare(string name, TensorType type, params ReadOnlySpan<long> shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var format = TensorFormat.Of(type);
        if (_written >= 0)
            throw new InvalidOperationException("The header is written already.");
        if (shape.Length is 0 or > 4 || shape[^1] % format.BlockLength != 0)
            throw new ArgumentException($"Expected one to four dimensions, the last a multiple of {format.BlockLength} for {type}; '{name}' has ({string.Join(", ", shape.ToArray())}).", nameof(shape));
        if (_tensors.Exists(tensor => tensor.Name == name))
            throw new ArgumentException($"There is a tensor '{name}' already.", nameof(name));
        long count = 1;
        foreach (var length in shape)
            count = checked(count * length);
        _tensors.Add((name, format, shape.ToArray(), format.Bytes(count)));
    }

    /// <summary>Appends the next tensor's stored bytes, whole.</summary>
    public void Append(ReadOnlySpan<byte> stored)
    {
        BeginTensor(stored.Length);
        output.Write(stored);
        EndTensor(stored.Length);
    }

    /// <summary>Encodes and appends the next tensor's values, row after row as <paramref name="fill"/> gives them.</summary>
    /// <param name="rowLength">Values of a row.</param>
    /// <param name="fill">Fills the row of that number.</param>
    public void AppendRows(int rowLength, Action<long, float[]> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var format = Next.Format;
        var bytes = Next.Bytes;
        BeginTensor(bytes);
        var row = new float[rowLength];
        var stored = new byte[format.Bytes(rowLength)];
        for (long i = 0; i < bytes / stored.Length; i++)
        {
            fill(i, row);
            format.Write(row, stored);
            output.Write(stored);
        }

        EndTensor(bytes);
    }

    /// <summary>Checks that every declared tensor was appended, and writes a header without tensors where none was.</summary>
    public void Complete()
    {
        if (_written < 0)
            WriteHeader();
        if (_written < _tensors.Count)
            throw new InvalidOperationException($"{_tensors.Count} tensors were declared and {_written} appended; '{_tensors[_written].Name}' is next.");
    }

    private (string Name, TensorFormat Format, long[] Shape, long Bytes) Next =>
        Math.Max(0, _written) < _tensors.Count ? _tensors[Math.Max(0, _written)] : throw new InvalidOperationException("All declared tensors were appended already.");

    private void BeginTensor(long bytes)
    {
        if (_written < 0)
            WriteHeader();
        if (bytes != Next.Bytes)
            throw new ArgumentException($"Expected {Next.Bytes} bytes of tensor '{Next.Name}'; got {bytes}.");
    }

    private void EndTensor(long bytes)
    {
        _written++;
        _position += bytes;
        Pad();
    }

    private void WriteHeader()
    {
        var header = new ArrayBufferWriter<byte>();
        WriteNumber(header, GgufReader.Magic);
        WriteNumber(header, 3u);
        WriteNumber(header, (ulong)_tensors.Count);
        WriteNumber(header, (ulong)_entryCount);
        header.Write(_entries.WrittenSpan);
        long offset = 0;
        foreach (var (name, format, shape, bytes) in _tensors)
        {
            WriteString(header, name);
            WriteNumber(header, (uint)shape.Length);
            for (var i = shape.Length - 1; i >= 0; i--)
                WriteNumber(header, (ulong)shape[i]);
            WriteNumber(header, (uint)format.Type);
            WriteNumber(header, (ulong)offset);
            offset += (bytes + GgufReader.DefaultAlignment - 1) / GgufReader.DefaultAlignment * GgufReader.DefaultAlignment;
        }

        output.Write(header.WrittenSpan);
        _position = header.WrittenCount;
        _written = 0;
        Pad();
    }

    private void Pad()
    {
        Span<byte> zeros = stackalloc byte[GgufReader.DefaultAlignment];
        zeros.Clear();
        var rest = (int)(_position % GgufReader.DefaultAlignment);
        if (rest == 0)
            return;
        output.Write(zeros[rest..]);
        _position += GgufReader.DefaultAlignment - rest;
    }

    private static GgufValueType TypeOf(Type type) =>
        type == typeof(string) ? GgufValueType.String
        : type == typeof(int) ? GgufValueType.Int32
        : type == typeof(uint) ? GgufValueType.UInt32
        : type == typeof(long) ? GgufValueType.Int64
        : type == typeof(float) ? GgufValueType.Float32
        : type == typeof(double) ? GgufValueType.Float64
        : type == typeof(bool) ? GgufValueType.Boolean
        : throw new ArgumentException($"GGUF metadata holds strings, numbers and truth values; got {type.Name}.");

    private static void WriteValue(ArrayBufferWriter<byte> stream, object value)
    {
        switch (value)
        {
            case string text:
                WriteString(stream, text);
                break;
            case int number:
                WriteNumber(stream, (uint)number);
                break;
            case uint number:
                WriteNumber(stream, number);
                break;
            case long number:
                WriteNumber(stream, (ulong)number);
                break;
            case float number:
                WriteNumber(stream, BitConverter.SingleToUInt32Bits(number));
                break;
            case double number:
                WriteNumber(stream, BitConverter.DoubleToUInt64Bits(number));
                break;
            case bool truth:
                stream.Write([truth ? (byte)1 : (byte)0]);
                break;
        }
    }

    private static void WriteString(ArrayBufferWriter<byte> stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> stream, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> stream, ulong number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        stream.Write(bytes);
    }
}
