using System.Buffers.Binary;
using CsCheck;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Tests.Hnsw;
using Orrery.Vectors.Vamana;
using Xunit;

namespace Orrery.Vectors.Tests.Vamana;

public sealed class VamanaFileTests : IDisposable
{
    private readonly VamanaFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_changed_byte_or_a_missing_end_is_told()
    {
        var data = new Clusters(80, 1, Metric.Euclidean, seed: 51);
        var bytes = await VamanaFolder.WriteAsync(data);
        var expected = _folder.Open(bytes).Search(data.Queries[0], 80, new VamanaSearchOptions());
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[1, 255], Gen.Int[0, bytes.Length - 1]).Sample((at, flip, length) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= (byte)flip;
            try
            {
                // Padding alone may change without a word.
                Assert.Equal(expected, _folder.Open(changed, FileCheck.Everything).Search(data.Queries[0], 80, new VamanaSearchOptions()));
                Assert.Equal(0, bytes[at]);
            }
            catch (InvalidDataException)
            {
            }

            Assert.Throws<InvalidDataException>(() => _folder.Open(bytes[..length]));
        }, iter: 100, threads: 1);
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => _folder.Open(bytes[..^1])).Message);
    }

    /// <summary>Nodes are not read when a file is opened, so what is wrong with them must be found by the search that meets it, and lead nowhere.</summary>
    [Fact]
    public async Task Broken_nodes_are_told_by_the_search_that_meets_them()
    {
        var data = new Clusters(80, 1, Metric.Euclidean, seed: 52);
        var bytes = await VamanaFolder.WriteAsync(data);
        // The nodes are the last section of whole pages; the footer behind them has a page's alignment too.
        var layout = new NodeLayout(Clusters.Dimension, VamanaFolder.Options.MostLinks);
        var nodes = bytes.Length - 5 * sizeof(ulong) - layout.SectionBytes(80);
        Gen.Select(Gen.Int[0, 79], Gen.Int[0, 24], Gen.Int).Sample((node, place, value) =>
        {
            var changed = (byte[])bytes.Clone();
            var number = changed.AsSpan((int)(nodes + layout.Offset(node)) + (4 * (Clusters.Dimension + place)));
            if (BinaryPrimitives.ReadInt32LittleEndian(number) == value)
                return;
            BinaryPrimitives.WriteInt32LittleEndian(number, value);
            var index = _folder.Open(changed);
            try
            {
                Assert.All(index.Search(data.Queries[0], 80, new VamanaSearchOptions()), n => Assert.InRange(n.Id, 0, 79));
            }
            catch (InvalidDataException error)
            {
                Assert.Contains("damaged", error.Message);
            }

            Assert.Throws<InvalidDataException>(() => _folder.Open(changed, FileCheck.Everything));
        }, iter: 80, threads: 1);
    }

    [Fact]
    public async Task Other_files_are_told_apart()
    {
        Assert.Contains("something else", Assert.Throws<InvalidDataException>(() => _folder.Open(new byte[500])).Message);
        var index = new Orrery.Vectors.Hnsw.HnswIndex(3, Metric.Euclidean);
        using var stream = new MemoryStream();
        await index.SaveAsync(stream, TestContext.Current.CancellationToken);
        Assert.Contains("holds Hnsw", Assert.Throws<InvalidDataException>(() => _folder.Open(stream.ToArray())).Message);
    }

    /// <summary>A header whose checksum is right and whose sizes lie.</summary>
    [Theory]
    [InlineData(0, 1_000_000)] // components
    [InlineData(0, -1)]
    [InlineData(1, 99)] // metric
    [InlineData(2, int.MaxValue)] // points
    [InlineData(2, 0)]
    [InlineData(3, 80)] // entry
    [InlineData(4, 0)] // links
    [InlineData(4, 1_000)]
    [InlineData(5, 0)] // subspaces
    [InlineData(5, 48)]
    public async Task Sizes_that_lie_are_refused_even_with_the_right_checksum(int property, int value)
    {
        var bytes = await VamanaFolder.WriteAsync(new Clusters(80, 1, Metric.Euclidean, seed: 53));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SectionLayout.FixedBytes + (4 * property)), value);
        var header = SectionLayout.HeaderLength(bytes, FileKind.Vamana);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(header - 8), System.IO.Hashing.XxHash3.HashToUInt64(bytes.AsSpan(0, header - 8)));
        Assert.Throws<InvalidDataException>(() => _folder.Open(bytes));
    }
}
