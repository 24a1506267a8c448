using Orrery.Preparation.Onnx;

namespace Orrery.Preparation;

/// <summary>A raw input column of a transform.</summary>
/// <param name="Name">Its name in the record batches, and of the ONNX input.</param>
/// <param name="Type">What it holds, and how a missing value is written at the ONNX border.</param>
public sealed record ColumnSpec(string Name, ColumnType Type)
{
    /// <summary>The element type of the ONNX input, whose shape is [N, 1].</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public OnnxElementType ElementType => Type switch
    {
        ColumnType.Number => OnnxElementType.Float,
        ColumnType.Text => OnnxElementType.String,
        _ => OnnxElementType.Int64,
    };
}
