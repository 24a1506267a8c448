using Apache.Arrow;

namespace Orrery.Preparation.Tests;

/// <summary>Builds record batches column by column.</summary>
internal sealed class Batch
{
    private readonly List<Field> _fields = [];
    private readonly List<IArrowArray> _arrays = [];

    public static Batch Of() => new();

    public Batch Numbers(string name, params float?[] values)
    {
        var builder = new FloatArray.Builder();
        foreach (var value in values)
            _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return Add(name, builder.Build());
    }

    public Batch Integers(string name, params long?[] values)
    {
        var builder = new Int64Array.Builder();
        foreach (var value in values)
            _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return Add(name, builder.Build());
    }

    public Batch Flags(string name, params bool?[] values)
    {
        var builder = new BooleanArray.Builder();
        foreach (var value in values)
            _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return Add(name, builder.Build());
    }

    public Batch Texts(string name, params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values)
            _ = value is { } v ? builder.Append(v) : builder.AppendNull();
        return Add(name, builder.Build());
    }

    public Batch Add(string name, IArrowArray array)
    {
        _fields.Add(new Field(name, array.Data.DataType, true));
        _arrays.Add(array);
        return this;
    }

    public RecordBatch Build() => new(new Schema(_fields, null), _arrays, _arrays[0].Length);

    public static implicit operator RecordBatch(Batch batch) => batch.Build();
}
