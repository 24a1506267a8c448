using Orrery.Kernel;
using Orrery.Training.Evaluation;
using Xunit;

namespace Orrery.Training.Tests.Evaluation;

public sealed class GraphCheckTests
{
    [Fact]
    public void The_largest_difference_is_reported() => Assert.Equal(4e-6, GraphCheck.Compare([0.1, 0.5, 0.9], [0.1, 0.500004, 0.899998]), 1e-12);

    [Theory]
    [InlineData(0.50002)]
    [InlineData(double.NaN)]
    public void A_graph_that_gives_other_scores_is_refused_with_the_row(double score)
    {
        var refusal = Assert.Throws<OrreryException>(() => GraphCheck.Compare([0.1, 0.5, 0.9], [0.1, score, 0.9]));

        Assert.Contains("row 1", refusal.Message, StringComparison.Ordinal);
    }
}
