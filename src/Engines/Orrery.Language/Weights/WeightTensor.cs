namespace Orrery.Language.Weights;

/// <summary>A named array of a model, read where it lies in the file. Thread-safe: nothing changes it.</summary>
public sealed unsafe class WeightTensor
{
    // Keeps the memory that Data points into.
    private readonly object _owner;

    internal WeightTensor(string name, TensorFormat format, long[] shape, byte* data, object owner)
    {
        (Name, Format, Shape, _owner) = (name, format, shape, owner);
        Data = data;
        Columns = shape.Length == 0 ? 1 : checked((int)shape[^1]);
        Rows = 1;
        for (var i = 0; i < shape.Length - 1; i++)
            Rows *= shape[i];
    }

    /// <summary>The same under another name.</summary>
    internal WeightTensor(string name, WeightTensor tensor)
        : this(name, tensor.Format, [.. tensor.Shape], tensor.Data, tensor._owner)
    {
    }

    /// <summary>Its name in GGUF's words: <c>blk.0.attn_q.weight</c>.</summary>
    public string Name { get; }

    /// <summary>How its values are stored.</summary>
    public TensorFormat Format { get; }

    /// <summary>Its dimensions, the slowest first: (rows, columns) of a matrix. GGUF's files name them the other way round.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of all dimensions but the last.</summary>
    public long Rows { get; }

    /// <summary>The last dimension, in which values lie side by side.</summary>
    public int Columns { get; }

    /// <summary>How many values.</summary>
    public long Count => Rows * Columns;

    /// <summary>Bytes in the file.</summary>
    public long Bytes => Format.Bytes(Count);

    internal byte* Data { get; }

    internal long RowBytes => Format.Bytes(Columns);

    /// <summary>Decodes one row.</summary>
    public void ReadRow(long row, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Columns);
        fixed (float* target = values)
            Format.Read(Data + row * RowBytes, Columns, target);
        GC.KeepAlive(_owner);
    }

    /// <summary>Decodes all of it. For small tensors: norms, biases.</summary>
    public float[] ToArray()
    {
        var values = new float[checked((int)Count)];
        for (long row = 0; row < Rows; row++)
            ReadRow(row, values.AsSpan(checked((int)(row * Columns)), Columns));
        return values;
    }

    /// <summary>Part of this along the first dimension: one expert of many.</summary>
    internal WeightTensor Part(long index)
    {
        var shape = Shape.Skip(1).ToArray();
        var values = shape.Aggregate(1L, (product, length) => product * length);
        return new(FormattableString.Invariant($"{Name}[{index}]"), Format, shape, Data + index * Format.Bytes(values), _owner);
    }

    /// <summary>Some of its rows as a matrix of their own: a third of joined query, key and value.</summary>
    internal WeightTensor RowRange(long first, long count) =>
        new(FormattableString.Invariant($"{Name}[{first}..{first + count}]"), Format, [count, Columns], Data + first * RowBytes, _owner);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Format.Type} ({string.Join(", ", Shape)})";
}
