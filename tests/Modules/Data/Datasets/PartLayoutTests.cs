using CsCheck;
using Orrery.Data.Datasets.Storage;
using Xunit;

namespace Orrery.Data.Tests.Datasets;

public sealed class PartLayoutTests
{
    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(245_760, 1, 245_760)]
    [InlineData(245_761, 2, 245_760)]
    [InlineData(1_000_000, 5, 245_760)]
    [InlineData(15_728_640, 64, 245_760)]
    [InlineData(15_728_641, 43, 368_640)]
    public void A_part_has_two_row_groups_until_there_would_be_more_than_64_parts(long rows, int parts, long rowsOfFirst)
    {
        var ranges = new PartLayout().Cut(rows);

        Assert.Equal((parts, rowsOfFirst), (ranges.Count, ranges[0].Rows));
    }

    [Fact]
    public void Parts_hold_each_row_once_in_order_and_are_whole_row_groups_but_for_the_last() =>
        Gen.Select(Gen.Long[1, 1L << 40], Gen.Int[1, 200]).Sample((rows, vectors) =>
        {
            var layout = new PartLayout(vectors * 2048);

            var ranges = layout.Cut(rows);

            Assert.InRange(ranges.Count, 1, 64);
            Assert.Equal((0, rows), (ranges[0].From, ranges[^1].To));
            Assert.All(ranges, range => Assert.True(range.Rows > 0));
            Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
            Assert.All(ranges.SkipLast(1), range => Assert.Equal((ranges[0].Rows, 0), (range.Rows, range.Rows % layout.RowGroupRows)));
        });
}
