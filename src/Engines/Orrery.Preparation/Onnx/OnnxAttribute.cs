using Google.Protobuf;
using Orrery.Preparation.Onnx.Proto;
using static Orrery.Preparation.Onnx.Proto.AttributeProto.Types;

namespace Orrery.Preparation.Onnx;

/// <summary>A named attribute of a node. Immutable.</summary>
public sealed class OnnxAttribute
{
    private OnnxAttribute(AttributeProto message) => Message = message;

    internal AttributeProto Message { get; }

    /// <summary>One integer.</summary>
    public static OnnxAttribute Of(string name, long value) => new(new() { Name = name, Type = AttributeType.Int, I = value });

    /// <summary>One 32-bit float.</summary>
    public static OnnxAttribute Of(string name, float value) => new(new() { Name = name, Type = AttributeType.Float, F = value });

    /// <summary>One text.</summary>
    public static OnnxAttribute Of(string name, string value) =>
        new(new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Integers.</summary>
    public static OnnxAttribute Of(string name, ReadOnlySpan<long> values)
    {
        var message = new AttributeProto { Name = name, Type = AttributeType.Ints };
        foreach (var value in values)
            message.Ints.Add(value);
        return new(message);
    }

    /// <summary>32-bit floats.</summary>
    public static OnnxAttribute Of(string name, ReadOnlySpan<float> values)
    {
        var message = new AttributeProto { Name = name, Type = AttributeType.Floats };
        foreach (var value in values)
            message.Floats.Add(value);
        return new(message);
    }

    /// <summary>Texts.</summary>
    public static OnnxAttribute Of(string name, ReadOnlySpan<string> values)
    {
        var message = new AttributeProto { Name = name, Type = AttributeType.Strings };
        foreach (var value in values)
            message.Strings.Add(ByteString.CopyFromUtf8(value));
        return new(message);
    }

    /// <summary>A one-dimensional tensor of 64-bit floats.</summary>
    public static OnnxAttribute OfTensor(string name, ReadOnlySpan<double> values)
    {
        var tensor = new TensorProto
        {
            DataType = (int)OnnxElementType.Double,
            Name = name,
            RawData = UnsafeByteOperations.UnsafeWrap(OnnxGraphBuilder.LittleEndian(values)),
        };
        tensor.Dims.Add(values.Length);
        return new(new() { Name = name, Type = AttributeType.Tensor, T = tensor });
    }
}
