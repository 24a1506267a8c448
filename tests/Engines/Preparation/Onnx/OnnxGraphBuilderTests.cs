using Orrery.Preparation.Onnx;
using Xunit;

namespace Orrery.Preparation.Tests.Onnx;

public sealed class OnnxGraphBuilderTests
{
    [Fact]
    public void The_same_calls_give_the_same_bytes() => Assert.Equal(Build(), Build());

    [Fact]
    public void A_name_is_given_once()
    {
        var graph = new OnnxGraphBuilder("g");
        graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows);

        Assert.Contains("already has a value named 'x'", Assert.Throws<ArgumentException>(() => graph.Input("x", OnnxElementType.Int64)).Message);
        Assert.Throws<ArgumentException>(() => graph.Output("x", "x", OnnxElementType.Float));
    }

    [Fact]
    public void A_value_is_used_only_once_it_exists()
    {
        var graph = new OnnxGraphBuilder("g");

        Assert.Contains("no value named 'x' yet", Assert.Throws<ArgumentException>(() => graph.Node("Neg", ["x"])).Message);
        Assert.Throws<ArgumentException>(() => graph.Output("y", "x", OnnxElementType.Float));
    }

    [Fact]
    public void A_shape_must_hold_its_values() =>
        Assert.Contains("holds 6 elements, 5 were given", Assert.Throws<ArgumentException>(() => new OnnxGraphBuilder("g").Constant([1f, 2, 3, 4, 5], 2, 3)).Message);

    [Fact]
    public void Equal_constants_are_stored_once_and_different_ones_apart()
    {
        var graph = new OnnxGraphBuilder("g");

        Assert.Equal(graph.Constant([1f, 2f], 2), graph.Constant([1f, 2f], 2));
        Assert.NotEqual(graph.Constant([1f, 2f], 2), graph.Constant([1f, 2f], 1, 2));
        Assert.NotEqual(graph.Constant([0L], 1), graph.Constant([0.0], 1));
        Assert.NotEqual(graph.Constant([0f], 1), graph.Constant([-0f], 1));
    }

    [Fact]
    public void A_graph_without_an_output_is_not_built() => Assert.Throws<InvalidOperationException>(new OnnxGraphBuilder("g").Build);

    [Theory]
    [InlineData(12)]
    [InlineData(27)]
    public void Opsets_outside_the_range_are_refused(int opset) => Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxGraphBuilder("g", opset));

    private static byte[] Build()
    {
        var graph = new OnnxGraphBuilder("g");
        var x = graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows, 2);
        graph.Metadata("b", "2");
        graph.Metadata("a", "1");
        graph.Output("y", graph.Node("Mul", [x, graph.Constant([1f, 2f], 2)]), OnnxElementType.Float, OnnxDimension.Rows, 2);
        return graph.Build();
    }
}
