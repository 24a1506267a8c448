using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Orrery.Preparation.Onnx.Proto;

namespace Orrery.Preparation.Onnx;

/// <summary>
/// Writes an ONNX model node by node. A value can only be used once it exists, so the nodes are in topological order by
/// construction; a name is handed out once, so the graph is in static single assignment form.
/// The same calls give the same bytes. Not thread-safe.
/// </summary>
/// <remarks>Source: ONNX IR specification, https://github.com/onnx/onnx/blob/main/docs/IR.md.</remarks>
public sealed class OnnxGraphBuilder
{
    /// <summary>The domain of the classic machine-learning operators.</summary>
    public const string MlDomain = "ai.onnx.ml";

    /// <summary>The newest operator set that ONNX Runtime 1.31 runs.</summary>
    public const int MaxOpset = 26;

    // Opset 20 has StringConcat, 21 belongs to IR 10; nothing here needs newer, and older runtimes can still load the model.
    private const int DefaultOpset = 21;
    private const int MlOpset = 3; // TreeEnsembleRegressor with *_as_tensor doubles; 5 deprecates it.
    private const int IrVersion = 10;

    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly int _opset;
    private bool _usesMl;

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">The version of the <c>ai.onnx</c> operator set, 13 to <see cref="MaxOpset"/>.</param>
    public OnnxGraphBuilder(string name, int opset = DefaultOpset)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(opset, 13);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(opset, MaxOpset);
        _graph = new GraphProto { Name = name };
        _opset = opset;
    }

    /// <summary>Declares an input. Its name is kept as it is.</summary>
    /// <returns>The value's name, to be given to nodes.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public string Input(string name, OnnxElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        Claim(name);
        _graph.Input.Add(Info(name, type, shape));
        return name;
    }

    /// <summary>Declares <paramref name="value"/> as an output; an Identity node renames it where needed.</summary>
    /// <exception cref="ArgumentException">The value does not exist, or the name is taken.</exception>
    public void Output(string name, string value, OnnxElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        Require(value);
        Claim(name);
        var node = new NodeProto { OpType = "Identity", Name = "Identity_" + name };
        node.Input.Add(value);
        node.Output.Add(name);
        _graph.Node.Add(node);
        _graph.Output.Add(Info(name, type, shape));
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">An operator of <c>ai.onnx</c>.</param>
    /// <param name="inputs">Values that exist; an empty string leaves out an optional input.</param>
    /// <param name="attributes">The operator's attributes.</param>
    /// <returns>The new value's name.</returns>
    public string Node(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add("", operation, inputs, 1, attributes)[0];

    /// <summary>As <see cref="Node"/>, of the operator set <see cref="MlDomain"/>.</summary>
    public string MlNode(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        _usesMl = true;
        return Add(MlDomain, operation, inputs, 1, attributes)[0];
    }

    /// <summary>As <see cref="Node"/>, with several outputs.</summary>
    public IReadOnlyList<string> Nodes(
        string operation, ReadOnlySpan<string> inputs, int outputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add("", operation, inputs, outputs, attributes);

    /// <summary>A constant tensor of 32-bit floats, row-major. Equal constants are stored once.</summary>
    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Raw(OnnxElementType.Float, LittleEndian(values), values.Length, shape);

    /// <summary>A constant tensor of 64-bit floats, row-major. Equal constants are stored once.</summary>
    public string Constant(ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) =>
        Raw(OnnxElementType.Double, LittleEndian(values), values.Length, shape);

    /// <summary>A constant tensor of 64-bit integers, row-major. Equal constants are stored once.</summary>
    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Raw(OnnxElementType.Int64, LittleEndian(values), values.Length, shape);

    /// <summary>A constant tensor of texts, row-major.</summary>
    public string Constant(ReadOnlySpan<string> values, params ReadOnlySpan<long> shape)
    {
        var tensor = Tensor(OnnxElementType.String, values.Length, shape);
        foreach (var value in values)
            tensor.StringData.Add(ByteString.CopyFromUtf8(value));
        return Keep(tensor);
    }

    /// <summary>Sets an entry of the model's metadata.</summary>
    public void Metadata(string key, string value) => _metadata[key] = value;

    /// <summary>The finished model.</summary>
    /// <exception cref="InvalidOperationException">No output was declared.</exception>
    public byte[] Build()
    {
        if (_graph.Output.Count == 0)
            throw new InvalidOperationException("The graph has no output; declare one before building.");
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "orrery", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = _opset });
        if (_usesMl)
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = MlDomain, Version = MlOpset });
        foreach (var (key, value) in _metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private string[] Add(string domain, string operation, ReadOnlySpan<string> inputs, int outputs, ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new NodeProto { OpType = operation, Domain = domain };
        foreach (var input in inputs)
        {
            if (input.Length > 0)
                Require(input);
            node.Input.Add(input);
        }

        var names = new string[outputs];
        for (var i = 0; i < outputs; i++)
            node.Output.Add(names[i] = Unique(operation));
        node.Name = "n_" + names[0];
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute.Message);
        _graph.Node.Add(node);
        return names;
    }

    private string Raw(OnnxElementType type, byte[] bytes, int count, ReadOnlySpan<long> shape)
    {
        var tensor = Tensor(type, count, shape);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        return Keep(tensor);
    }

    private string Keep(TensorProto tensor)
    {
        var key = Convert.ToBase64String(tensor.ToByteArray());
        if (_constants.TryGetValue(key, out var known))
            return known;
        _constants[key] = tensor.Name = Unique("c");
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static TensorProto Tensor(OnnxElementType type, int count, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { DataType = (int)type };
        long expected = 1;
        foreach (var length in shape)
        {
            tensor.Dims.Add(length);
            expected = checked(expected * length);
        }

        return expected == count
            ? tensor
            : throw new ArgumentException($"The shape holds {expected} elements, {count} were given.", nameof(shape));
    }

    internal static byte[] LittleEndian<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            var width = Marshal.SizeOf<T>();
            for (var i = 0; i < bytes.Length; i += width)
                bytes.AsSpan(i, width).Reverse();
        }

        return bytes;
    }

    private static ValueInfoProto Info(string name, OnnxElementType type, ReadOnlySpan<OnnxDimension> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            dimensions.Dim.Add(dimension.Length is { } length
                ? new TensorShapeProto.Types.Dimension { DimValue = length }
                : new TensorShapeProto.Types.Dimension { DimParam = dimension.Name ?? "" });
        }

        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = dimensions } } };
    }

    private string Unique(string stem)
    {
        for (var i = _names.Count; ; i++)
        {
            var name = stem.ToLowerInvariant() + "_" + i.ToString(CultureInfo.InvariantCulture);
            if (_names.Add(name))
                return name;
        }
    }

    private void Claim(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_names.Add(name))
            throw new ArgumentException($"The graph already has a value named '{name}'.", nameof(name));
    }

    private void Require(string value)
    {
        if (!_names.Contains(value))
            throw new ArgumentException($"The graph has no value named '{value}' yet.", nameof(value));
    }
}
