using Orrery.Kernel;

namespace Orrery.Preparation.Onnx.Outline;

/// <summary>Walks the messages of a model; the field numbers are those of onnx.proto.</summary>
internal sealed class OutlineReader(WireReader reader)
{
    private const int MaxText = 512;
    private const int MaxDimensions = 64;

    private readonly OnnxOutline _outline = new();
    private readonly List<OnnxTensorInfo> _inputs = [], _outputs = [], _weights = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<string> _opsets = [];
    private bool _hasGraph;

    public OnnxOutline Model()
    {
        var (producer, version) = ("", "");
        foreach (var field in reader.Fields(null))
        {
            switch (field)
            {
                case (1, WireType.Varint):
                    _outline.IrVersion = (long)reader.Varint();
                    break;
                case (2, WireType.Bytes):
                    producer = reader.Text(null, MaxText);
                    break;
                case (3, WireType.Bytes):
                    version = reader.Text(null, MaxText);
                    break;
                case (7, WireType.Bytes):
                    Graph(reader.Length(null));
                    break;
                case (8, WireType.Bytes) when _opsets.Count < MaxDimensions:
                    _opsets.Add(Opset(reader.Length(null)));
                    break;
            }
        }

        if (!_hasGraph || _outline.IrVersion <= 0)
            throw new InvalidException("Not an ONNX model: it has no IR version and no graph, so it is some other protocol buffer.");
        var weights = _weights.Select(weight => weight.Name).ToHashSet(StringComparer.Ordinal);
        _outline.Producer = $"{producer} {version}".Trim();
        _outline.Opsets = _opsets;
        _outline.Inputs = [.. _inputs.Where(input => !weights.Contains(input.Name))];
        _outline.Outputs = _outputs;
        _outline.Nodes = _nodes;
        _outline.Weights = _weights;
        return _outline;
    }

    private string Opset(long end)
    {
        var (domain, version) = ("", 0L);
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Bytes):
                    domain = reader.Text(end, MaxText);
                    break;
                case (2, WireType.Varint):
                    version = (long)reader.Varint();
                    break;
            }
        }

        return $"{OnnxModelCheck.DomainOf(domain)} {version}";
    }

    private void Graph(long end)
    {
        _hasGraph = true;
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Bytes):
                    _outline.NodeCount++;
                    Keep(_nodes, end, Node);
                    break;
                case (5, WireType.Bytes):
                    Weight(reader.Length(end));
                    break;
                case (11, WireType.Bytes):
                    Keep(_inputs, end, Value);
                    break;
                case (12, WireType.Bytes):
                    Keep(_outputs, end, Value);
                    break;
            }
        }
    }

    private void Keep<T>(List<T> kept, long end, Func<long, T> read)
    {
        if (kept.Count < OnnxOutline.MaxKept)
            kept.Add(read(reader.Length(end)));
    }

    private OnnxNode Node(long end)
    {
        var (name, op, domain) = ("", "", "");
        List<string> inputs = [], outputs = [];
        List<KeyValuePair<string, string>> attributes = [];
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Bytes) when inputs.Count < MaxDimensions:
                    inputs.Add(reader.Text(end, MaxText));
                    break;
                case (2, WireType.Bytes) when outputs.Count < MaxDimensions:
                    outputs.Add(reader.Text(end, MaxText));
                    break;
                case (3, WireType.Bytes):
                    name = reader.Text(end, MaxText);
                    break;
                case (4, WireType.Bytes):
                    op = reader.Text(end, MaxText);
                    break;
                case (5, WireType.Bytes) when attributes.Count < MaxDimensions:
                    attributes.Add(new AttributeReader(reader).Read(reader.Length(end)));
                    break;
                case (7, WireType.Bytes):
                    domain = reader.Text(end, MaxText);
                    break;
            }
        }

        return new(name, domain.Length == 0 ? op : $"{domain}.{op}", inputs, outputs, attributes);
    }

    private void Weight(long end)
    {
        var (name, element) = ("", OnnxElementType.Undefined);
        List<OnnxDimension> shape = [];
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Varint) when shape.Count < MaxDimensions:
                    shape.Add((long)reader.Varint());
                    break;
                case (1, WireType.Bytes):
                    var last = reader.Length(end);
                    while (reader.Position < last && shape.Count < MaxDimensions)
                        shape.Add((long)reader.Varint());
                    reader.PassTo(last);
                    break;
                case (2, WireType.Varint):
                    element = (OnnxElementType)(int)reader.Varint();
                    break;
                case (8, WireType.Bytes):
                    name = reader.Text(end, MaxText);
                    break;
            }
        }

        _outline.WeightCount++;
        // A shape is a claim: its product may be beyond any number, and is no less a claim then.
        var count = shape.Aggregate(1d, (product, dimension) => product * Math.Max(0, dimension.Length ?? 0));
        _outline.ParameterCount = (long)Math.Min(long.MaxValue, _outline.ParameterCount + count);
        if (_weights.Count < OnnxOutline.MaxKept)
            _weights.Add(new(name, element, shape));
    }

    private OnnxTensorInfo Value(long end)
    {
        var name = "";
        var info = new OnnxTensorInfo("", OnnxElementType.Undefined, null);
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Bytes):
                    name = reader.Text(end, MaxText);
                    break;
                case (2, WireType.Bytes): // TypeProto; of its kinds only tensors have a shape
                    var last = reader.Length(end);
                    foreach (var kind in reader.Fields(last))
                    {
                        if (kind == (1, WireType.Bytes))
                            info = Tensor(reader.Length(last));
                    }

                    break;
            }
        }

        return info with { Name = name };
    }

    private OnnxTensorInfo Tensor(long end)
    {
        var element = OnnxElementType.Undefined;
        List<OnnxDimension>? shape = null;
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Varint):
                    element = (OnnxElementType)(int)reader.Varint();
                    break;
                case (2, WireType.Bytes):
                    shape = [];
                    var last = reader.Length(end);
                    foreach (var part in reader.Fields(last))
                    {
                        if (part == (1, WireType.Bytes) && shape.Count < MaxDimensions)
                            shape.Add(Dimension(reader.Length(last)));
                    }

                    break;
            }
        }

        return new("", element, shape);
    }

    private OnnxDimension Dimension(long end)
    {
        OnnxDimension dimension = default;
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Varint):
                    dimension = (long)reader.Varint();
                    break;
                case (2, WireType.Bytes):
                    dimension = reader.Text(end, MaxText) is { Length: > 0 } name ? name : default(OnnxDimension);
                    break;
            }
        }

        return dimension;
    }
}
