using Microsoft.ML.OnnxRuntime.Tensors;
using Orrery.Kernel;
using Orrery.Ledger.Models;

namespace Orrery.Serving.Runtimes;

/// <summary>An input or output of a model as the runtime needs it: rows × <see cref="Width"/> elements, row-major.</summary>
internal sealed class TensorSpec
{
    private readonly long[] _shape;

    public TensorSpec(ModelField field, string model)
    {
        Field = field;
        _shape = [.. field.Shape];
        if (_shape.Length == 0 || _shape[0] != -1)
            throw new InvalidException(
                $"'{field.Name}' of {model} has the shape {Text(_shape)}; expected the batch (-1) first, as in [-1] or [-1,1].");
        long width = 1;
        foreach (var dimension in _shape.AsSpan(1))
        {
            if (dimension is < 1 or > 65_536 || (width *= dimension) > 65_536)
                throw new InvalidException(
                    $"'{field.Name}' of {model} has the shape {Text(_shape)}; all dimensions but the batch must be known, with at most 65,536 elements a row.");
        }

        Width = (int)width;
        ElementType = field.Type switch
        {
            ModelFieldType.Float32 => TensorElementType.Float,
            ModelFieldType.Float64 => TensorElementType.Double,
            ModelFieldType.Int64 => TensorElementType.Int64,
            ModelFieldType.Text => TensorElementType.String,
            _ => TensorElementType.Bool,
        };
    }

    public ModelField Field { get; }

    public string Name => Field.Name;

    public ModelFieldType Type => Field.Type;

    public TensorElementType ElementType { get; }

    /// <summary>Elements in one row.</summary>
    public int Width { get; }

    public long[] ShapeFor(int rows)
    {
        var shape = (long[])_shape.Clone();
        shape[0] = rows;
        return shape;
    }

    /// <summary>Null where the graph's own declaration agrees; else what it says.</summary>
    public string? Disagreement(TensorElementType type, ReadOnlySpan<int> dimensions)
    {
        var agrees = type == ElementType && dimensions.Length == _shape.Length;
        // The runtime writes a dimension that it does not know as -1; then a test run decides.
        for (var i = 0; agrees && i < dimensions.Length; i++)
            agrees = dimensions[i] == -1 || dimensions[i] == _shape[i];
        return agrees ? null : $"the graph has {type} [{string.Join(",", dimensions.ToArray())}], the manifest {ElementType} {Text(_shape)}";
    }

    private static string Text(long[] shape) => $"[{string.Join(",", shape)}]";
}
