using System.Buffers.Binary;
using CsCheck;
using Google.Protobuf;
using Orrery.Kernel;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Onnx.Outline;
using Orrery.Preparation.Onnx.Proto;
using Xunit;

namespace Orrery.Preparation.Tests.Onnx;

/// <summary>Looking at models without taking in their weights.</summary>
public sealed class OnnxOutlineTests
{
    [Fact]
    public void An_outline_names_inputs_outputs_weights_and_what_each_node_reads_and_makes()
    {
        var outline = Read(Net().ToByteArray());

        Assert.Equal((9L, "exporter 1.2", 2, 2, 15L), (outline.IrVersion, outline.Producer, outline.NodeCount, outline.WeightCount, outline.ParameterCount));
        Assert.Equal(["ai.onnx 20", "ai.onnx.ml 3"], outline.Opsets);
        Assert.Equal(["x: Float[N, 3]"], outline.Inputs.Select(input => input.ToString()));
        Assert.Equal(["y: Float[?, 4]"], outline.Outputs.Select(output => output.ToString()));
        Assert.Equal(["w: Float[3, 4]", "b: Int64[3]"], outline.Weights.Select(weight => weight.ToString()));
        Assert.Equal(("mul", "Gemm"), (outline.Nodes[0].Name, outline.Nodes[0].Operator));
        Assert.Equal(["x", "w", ""], outline.Nodes[0].Inputs);
        Assert.Equal(["h"], outline.Nodes[0].Outputs);
        Assert.Equal(
            ["alpha=0.5", "transB=1", "mode=fast", "value=tensor", "pads=0, 1, 2, 3, 4, 5, 6, 7, … (1,000)", "scales=1.5, 2.5", "names=a, b"],
            outline.Nodes[0].Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}"));
        Assert.Equal("ai.onnx.ml.Scaler", outline.Nodes[1].Operator);
    }

    [Fact]
    public void It_agrees_with_the_whole_model_on_what_our_builder_writes()
    {
        var graph = new OnnxGraphBuilder("g", opset: 20);
        var x = graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows, 3);
        graph.Output("y", graph.Node("Add", [x, graph.Constant([1f, 2f, 3f], 3)]), OnnxElementType.Float, OnnxDimension.Rows, 3);
        var bytes = graph.Build();
        var (model, outline) = (OnnxModel.Parse(bytes), Read(bytes));
        Assert.Equal(model.Inputs.Select(input => input.ToString()), outline.Inputs.Select(input => input.ToString()));
        Assert.Equal(model.Outputs.Select(output => output.ToString()), outline.Outputs.Select(output => output.ToString()));
        Assert.Equal(model.Operators, outline.Nodes.Select(node => node.Operator).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weights_are_passed_over_and_not_held(bool seeks)
    {
        var model = Net();
        model.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[50 << 20]);
        var bytes = model.ToByteArray();
        using var stream = seeks ? new MemoryStream(bytes) : new Trickle(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(2, OnnxOutline.Read(stream).NodeCount);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Of_very_many_nodes_the_first_are_kept_and_all_are_counted()
    {
        var model = Net();
        for (var i = 0; i < OnnxOutline.MaxKept + 10; i++)
            model.Graph.Node.Add(new NodeProto { OpType = "Relu" });
        var outline = Read(model.ToByteArray());
        Assert.Equal((OnnxOutline.MaxKept, OnnxOutline.MaxKept + 12), (outline.Nodes.Count, outline.NodeCount));
    }

    [Fact]
    public void A_shape_beyond_all_numbers_is_only_a_claim()
    {
        var model = Net();
        model.Graph.Initializer[0].Dims.Add([long.MaxValue, long.MaxValue]);
        Assert.Equal(long.MaxValue, Read(model.ToByteArray()).ParameterCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no model at all")]
    [InlineData("\u0008\u0007")]
    public void What_is_no_model_is_refused(string text) => Assert.StartsWith("Not an ONNX model", Assert.Throws<InvalidException>(() => Read(System.Text.Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Cut_or_damaged_bytes_give_an_outline_or_a_refusal_and_nothing_else()
    {
        var bytes = Net().ToByteArray();
        for (var length = 0; length < bytes.Length; length++)
            OutlineOrRefusal(bytes[..length]);
        (from at in Gen.Int[0, bytes.Length - 1] from value in Gen.Byte select (at, value)).Sample(damage =>
        {
            var damaged = (byte[])bytes.Clone();
            damaged[damage.at] = damage.value;
            OutlineOrRefusal(damaged);
        });
    }

    [Fact]
    public void A_length_beyond_the_file_is_refused_before_anything_is_allocated()
    {
        byte[] bytes = [0x08, 9, 0x3A, .. Varint(1UL << 62)];
        Assert.Contains("cut short", Assert.Throws<InvalidException>(() => Read(bytes)).Message);
        bytes = [0x08, 9, 0x12, .. Varint(1UL << 62)];
        Assert.Throws<InvalidException>(() => Read(bytes));
    }

    private static void OutlineOrRefusal(byte[] bytes)
    {
        try
        {
            Read(bytes);
            using var trickle = new Trickle(bytes);
            OnnxOutline.Read(trickle);
        }
        catch (InvalidException refusal)
        {
            Assert.StartsWith("Not an ONNX model", refusal.Message);
        }
    }

    private static OnnxOutline Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return OnnxOutline.Read(stream);
    }

    private static byte[] Varint(ulong value)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            output.WriteUInt64(value);
        return stream.ToArray();
    }

    private static ModelProto Net()
    {
        var raw = new byte[12 * sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(raw, 1f);
        return new()
        {
            IrVersion = 9,
            ProducerName = "exporter",
            ProducerVersion = "1.2",
            OpsetImport = { new OperatorSetIdProto { Version = 20 }, new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 } },
            Graph = new()
            {
                Input = { Value("x", new() { DimParam = "N" }, new() { DimValue = 3 }), Value("w", new() { DimValue = 3 }, new() { DimValue = 4 }) },
                Output = { Value("y", new(), new() { DimValue = 4 }) },
                Initializer =
                {
                    new TensorProto { Name = "w", Dims = { 3, 4 }, DataType = (int)OnnxElementType.Float, RawData = ByteString.CopyFrom(raw) },
                    new TensorProto { Name = "b", Dims = { 3 }, DataType = (int)OnnxElementType.Int64, Int64Data = { 1, 2, 3 } },
                },
                Node =
                {
                    new NodeProto
                    {
                        Name = "mul", OpType = "Gemm", Input = { "x", "w", "" }, Output = { "h" },
                        Attribute =
                        {
                            new AttributeProto { Name = "alpha", F = 0.5f }, new AttributeProto { Name = "transB", I = 1 },
                            new AttributeProto { Name = "mode", S = ByteString.CopyFromUtf8("fast") }, new AttributeProto { Name = "value", T = new() { Name = "t" } },
                            new AttributeProto { Name = "pads", Ints = { Enumerable.Range(0, 1000).Select(i => (long)i) } },
                            new AttributeProto { Name = "scales", Floats = { 1.5f, 2.5f } },
                            new AttributeProto { Name = "names", Strings = { ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b") } },
                        },
                    },
                    new NodeProto { OpType = "Scaler", Domain = "ai.onnx.ml", Input = { "h" }, Output = { "y" } },
                },
            },
        };
    }

    private static ValueInfoProto Value(string name, params TensorShapeProto.Types.Dimension[] shape) =>
        new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)OnnxElementType.Float, Shape = new() { Dim = { shape } } } } };

    /// <summary>A stream that only goes forwards, a few bytes at a time, as one from a network does.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1000)]);

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
    }
}
