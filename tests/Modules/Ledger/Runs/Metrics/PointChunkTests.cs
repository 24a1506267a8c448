using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Runs.Metrics;
using Xunit;

namespace Orrery.Ledger.Tests.Runs.Metrics;

public sealed class PointChunkTests
{
    [Fact]
    public void What_is_packed_is_unpacked() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Double, (step, time, value) => new RawPoint(step, time, value)).List[0, 200].Sample(points =>
        {
            var read = new List<RawPoint> { new(1, 2, 3) };
            PointChunk.Unpack(PointChunk.Pack([.. points]), read);
            return read.Skip(1).SequenceEqual(points) && read[0] == new RawPoint(1, 2, 3);
        });

    [Fact]
    public void A_course_of_equal_distances_takes_eleven_bytes_a_point()
    {
        RawPoint[] course = [.. Enumerable.Range(0, 4096).Select(i => new RawPoint(i, 1_700_000_000_000_000 + (i * 100L), i))];
        Assert.InRange(PointChunk.Pack(course).Length, 4096 * 10, 4096 * 11 + 20);
    }

    [Fact]
    public void A_damaged_chunk_is_told()
    {
        var packed = PointChunk.Pack([new(1, 2, 3), new(300, 5, 6)]);
        Assert.Throws<OrreryException>(() => PointChunk.Unpack(packed.AsSpan(0, packed.Length - 1), []));
        Assert.Throws<OrreryException>(() => PointChunk.Unpack([], []));
        packed[0]++;
        Assert.Throws<OrreryException>(() => PointChunk.Unpack(packed, []));
        Assert.Throws<OrreryException>(() => PointChunk.Unpack([1, 255, 255, 255, 127, 0, 0], []));
    }
}
