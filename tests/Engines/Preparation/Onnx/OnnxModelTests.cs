using System.Text;
using CsCheck;
using Google.Protobuf;
using Orrery.Kernel;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Onnx.Proto;
using Xunit;

namespace Orrery.Preparation.Tests.Onnx;

/// <summary>Reading models, and saying why something is none.</summary>
public sealed class OnnxModelTests
{
    [Fact]
    public void A_model_tells_what_it_takes_and_gives()
    {
        var graph = new OnnxGraphBuilder("g", opset: 20);
        var x = graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows, 3);
        graph.Input("city", OnnxElementType.String, OnnxDimension.Rows, 1);
        graph.Output("y", graph.Node("Add", [x, graph.Constant([1f, 2f, 3f], 3)]), OnnxElementType.Float, OnnxDimension.Rows, 3);
        graph.Metadata("author", "me");
        var model = OnnxModel.Parse(graph.Build());

        Assert.Equal(["x: Float[N, 3]", "city: String[N, 1]"], model.Inputs.Select(i => i.ToString()));
        Assert.Equal(["y: Float[N, 3]"], model.Outputs.Select(o => o.ToString()));
        Assert.Equal(20, model.Opsets["ai.onnx"]);
        Assert.Equal("me", model.Metadata["author"]);
        Assert.Equal(["Add", "Identity"], model.Operators);
        Assert.Equal("orrery", model.Producer);
    }

    public static TheoryData<byte[], string> Foreign => new()
    {
        { [], "is empty" },
        { [0x80, 4, 0x95, 1, 2], "Python pickle, which is never executed" },
        { "PK\u0003\u0004zip"u8.ToArray(), "torch.onnx.export" },
        { [0x1F, 0x8B, 8, 0], "gzip" },
        { "GGUF\u0003"u8.ToArray(), "language model" },
        { "tree\nversion=v4\n"u8.ToArray(), "LightGBM" },
        { "{\"learner\":{}}"u8.ToArray(), "is JSON" },
        { "<!DOCTYPE html>"u8.ToArray(), "HTML" },
        { "version https://git-lfs.github.com/spec/v1"u8.ToArray(), "git lfs pull" },
        { Encoding.ASCII.GetBytes("this is no model at all"), "not a protocol buffer" },
        { [0x08, 0x07], "no IR version and no graph" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void What_is_not_onnx_is_refused_with_what_it_looks_like(byte[] bytes, string says)
    {
        var message = Assert.Throws<InvalidException>(() => OnnxModel.Parse(bytes)).Message;

        Assert.StartsWith("Not an ONNX model", message);
        Assert.Contains(says, message);
    }

    [Fact]
    public void A_model_that_is_cut_short_is_refused_wherever_it_is_cut()
    {
        var bytes = Sound().ToByteArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            // A cut between two top-level fields leaves a protocol buffer that is whole, but lacks the opset or the metadata.
            var cut = bytes.AsSpan(0, length).ToArray();
            Assert.Throws<InvalidException>(() => OnnxModel.Parse(cut));
        }
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        try
        {
            OnnxModel.Parse(bytes);
        }
        catch (InvalidException)
        {
        }
    });

    public static TheoryData<string> Unsound => [.. Breaks.Keys];

    private static readonly Dictionary<string, (Action<ModelProto> Break, string Says)> Breaks = new()
    {
        ["no opset"] = (m => m.OpsetImport.Clear(), "imports no operator set"),
        ["opset twice"] = (m => m.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx", Version = 20 }), "twice"),
        ["newer opset"] = (m => m.OpsetImport[0].Version = 27, "needs opset 27"),
        ["no output"] = (m => m.Graph.Output.Clear(), "no output"),
        ["output from nowhere"] = (m => m.Graph.Output[0].Name = "z", "nothing makes the output 'z'"),
        ["input from nowhere"] = (m => m.Graph.Node[0].Input[0] = "z", "reads 'z', which nothing before it makes"),
        ["cycle"] = (m => m.Graph.Node[0].Input[0] = m.Graph.Node[1].Output[0], "which nothing before it makes"),
        ["made twice"] = (m => m.Graph.Node[1].Output[0] = m.Graph.Node[0].Output[0], "is made twice"),
        ["input twice"] = (m => m.Graph.Input.Add(m.Graph.Input[0].Clone()), "is made twice"),
        ["unknown domain"] = (m => m.Graph.Node[0].Domain = "com.acme", "whose operator set is not imported"),
        ["no operator"] = (m => m.Graph.Node[0].OpType = "", "names no operator"),
        ["weights outside"] = (m => m.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External, "lies in another file"),
        ["weights outside in a node"] = (
            m => m.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "value", T = new() { Name = "w", ExternalData = { new StringStringEntryProto { Key = "location", Value = "/etc/passwd" } } } }),
            "lies in another file"),
        ["unsound inner graph"] = (
            m => m.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", G = new() { Output = { new ValueInfoProto { Name = "q" } } } }), "nothing makes the output 'q'"),
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void An_unsound_graph_is_refused_with_the_reason(string name)
    {
        var model = Sound();
        OnnxModel.Parse(model.ToByteArray());
        Breaks[name].Break(model);

        Assert.Contains(Breaks[name].Says, Assert.Throws<InvalidException>(() => OnnxModel.Parse(model.ToByteArray())).Message);
    }

    private static ModelProto Sound()
    {
        var graph = new OnnxGraphBuilder("g");
        var x = graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows, 1);
        graph.Output("y", graph.Node("Add", [x, graph.Constant([1f], 1)]), OnnxElementType.Float, OnnxDimension.Rows, 1);
        return ModelProto.Parser.ParseFrom(graph.Build());
    }
}
