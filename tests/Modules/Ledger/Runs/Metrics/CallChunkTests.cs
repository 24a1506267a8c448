using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Runs.Metrics;
using Xunit;

namespace Orrery.Ledger.Tests.Runs.Metrics;

public sealed class CallChunkTests
{
    private static readonly Gen<RawPoint> Point = Gen.Select(Gen.Long, Gen.Long, Gen.Double, (step, time, value) => new RawPoint(step, time, value));

    [Fact]
    public void Each_metric_of_a_call_is_found_again_and_no_other() =>
        Gen.Dictionary(Gen.Long[1, 1L << 40], Point.List[1, 5])[0, 20].Sample(metrics =>
        {
            var packed = CallChunk.Pack(metrics);
            var all = new Dictionary<long, List<RawPoint>>();
            CallChunk.Unpack(packed, all);
            Assert.Equal(metrics.Keys.Order(), all.Keys.Order());
            foreach (var (metric, course) in metrics)
            {
                var one = new List<RawPoint>();
                CallChunk.Unpack(packed, metric, one);
                Assert.Equal(course, one);
                Assert.Equal(course, all[metric]);
                var none = new List<RawPoint>();
                CallChunk.Unpack(packed, metrics.Keys.Max() + 1, none);
                Assert.Empty(none);
            }
        });

    [Fact]
    public void A_damaged_chunk_is_told()
    {
        var packed = CallChunk.Pack(new Dictionary<long, List<RawPoint>> { [3] = [new(1, 2, 3)], [300] = [new(4, 5, 6)] });
        Assert.Throws<OrreryException>(() => CallChunk.Unpack(packed.AsSpan(0, packed.Length - 1), new Dictionary<long, List<RawPoint>>()));
        Assert.Throws<OrreryException>(() => CallChunk.Unpack([], new Dictionary<long, List<RawPoint>>()));
        Assert.Throws<OrreryException>(() => CallChunk.Unpack([1, .. packed.AsSpan(1)], 300, []));
        Assert.Throws<OrreryException>(() => CallChunk.Unpack([2, 6, 255, 255, 255, 255, 15], 300, []));
        Assert.Throws<OrreryException>(() => CallChunk.Unpack([2, 0, 0], new Dictionary<long, List<RawPoint>>()));
    }
}
