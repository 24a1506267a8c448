using System.Collections.ObjectModel;
using Google.Protobuf;
using Orrery.Kernel;
using Orrery.Preparation.Onnx.Proto;

namespace Orrery.Preparation.Onnx;

/// <summary>
/// What an ONNX model says of itself, read without running it. Parsing proves that the bytes are a sound ONNX graph: every
/// value is made once, before it is used, and nothing is read from outside the bytes. It does not prove that a runtime has every operator.
/// </summary>
public sealed class OnnxModel
{
    private OnnxModel(ModelProto model)
    {
        IrVersion = model.IrVersion;
        Producer = string.Join(' ', new[] { model.ProducerName, model.ProducerVersion }.Where(p => p.Length > 0));
        Opsets = new ReadOnlyDictionary<string, long>(
            model.OpsetImport.ToDictionary(o => OnnxModelCheck.DomainOf(o.Domain), o => o.Version, StringComparer.Ordinal));
        Metadata = new ReadOnlyDictionary<string, string>(
            model.MetadataProps.GroupBy(p => p.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal));
        var initialized = model.Graph.Initializer.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        Inputs = [.. model.Graph.Input.Where(i => !initialized.Contains(i.Name)).Select(Info)];
        Outputs = [.. model.Graph.Output.Select(Info)];
        var operators = model.Graph.Node.Select(n => n.Domain.Length == 0 ? n.OpType : $"{n.Domain}.{n.OpType}");
        Operators = [.. operators.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The version of the ONNX IR.</summary>
    public long IrVersion { get; }

    /// <summary>What wrote it, with version; empty where it does not say.</summary>
    public string Producer { get; }

    /// <summary>The inputs that a caller must give: those without a constant as their default.</summary>
    public IReadOnlyList<OnnxTensorInfo> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxTensorInfo> Outputs { get; }

    /// <summary>The version of each operator set, by domain; the standard one is <c>ai.onnx</c>.</summary>
    public IReadOnlyDictionary<string, long> Opsets { get; }

    /// <summary>The model's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The operators of the main graph, in order of name; those outside the standard domain with their domain.</summary>
    public IReadOnlyList<string> Operators { get; }

    /// <summary>Reads and checks a model. O(bytes); the bytes are not kept.</summary>
    /// <exception cref="InvalidException">The bytes are not an ONNX model, or not a sound one: says what they look like, or what is
    /// wrong.</exception>
    public static OnnxModel Parse(ReadOnlySpan<byte> bytes)
    {
        if (ForeignFormat.Of(bytes) is { } foreign)
            throw Refused($"it {foreign}");
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidException($"Not an ONNX model: its {bytes.Length} bytes are not a protocol buffer, or are cut short "
                + $"({e.Message})", e);
        }

        return OnnxModelCheck.Problem(model) is { } problem ? throw Refused(problem) : new(model);
    }

    private static InvalidException Refused(string why) => new($"Not an ONNX model: {why}.");

    private static OnnxTensorInfo Info(ValueInfoProto value)
    {
        var tensor = value.Type?.ValueCase == TypeProto.ValueOneofCase.TensorType ? value.Type.TensorType : null;
        var shape = tensor?.Shape?.Dim.Select(d => d.ValueCase switch
        {
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => OnnxDimension.FromInt64(d.DimValue),
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when d.DimParam.Length > 0 => OnnxDimension.FromString(d.DimParam),
            _ => default,
        }).ToList();
        return new(value.Name, (OnnxElementType)(tensor?.ElemType ?? 0), shape);
    }
}
