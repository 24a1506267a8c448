using System.IO.MemoryMappedFiles;
using System.Numerics;
using Orrery.Statistics;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Quantization;
using Xunit;

namespace Orrery.Vectors.Tests.Hnsw;

public sealed class HnswBitIndexTests : IDisposable
{
    private const int Bits = 136; // not a multiple of 32
    private const int Points = 1_500;

    private readonly string _folder = Directory.CreateTempSubdirectory("orrery-bits-").FullName;
    private readonly byte[][] _points;
    private readonly byte[][] _queries;

    public HnswBitIndexTests()
    {
        // Words of 50 codes with a tenth of the bits turned round. All-ones words are no number as float32.
        var random = new SeededRandom(8);
        var codes = Enumerable.Range(0, 50).Select(code => Enumerable.Range(0, Bits / 8).Select(_ => code == 0 ? (byte)255 : (byte)random.NextInt(256)).ToArray()).ToArray();
        byte[] Near(byte[] code) => Array.ConvertAll(code, octet => (byte)(octet ^ Enumerable.Range(0, 8).Sum(bit => random.NextInt(10) == 0 ? 1 << bit : 0)));
        _points = [.. Enumerable.Range(0, Points).Select(i => Near(codes[i % 50]))];
        _queries = [.. Enumerable.Range(0, 40).Select(i => Near(codes[i]))];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Recall_at_ten_of_codes_is_at_least_95_percent_and_distances_are_numbers_of_bits()
    {
        var (index, hits) = (Build(), 0);
        foreach (var query in _queries)
        {
            var exact = _points.Select(point => Differences(query, point)).ToArray();
            // Many are equally far, so that a found one counts where it is no farther than the tenth.
            var tenth = exact.Order().ElementAt(9);
            var found = index.Search(query, 10, new HnswSearchOptions { Ef = 100 });
            Assert.All(found, n => Assert.Equal(exact[n.Id], n.Distance));
            hits += found.Count(n => n.Distance <= tenth);
        }

        Assert.True(hits >= 0.95 * 400, $"{hits} of 400");
    }

    [Fact]
    public async Task Points_go_and_a_file_is_opened_where_it_is_mapped()
    {
        var index = Build();
        Assert.True(index.Remove(3));
        Assert.Equal(Points - 1, index.Count);
        var path = Path.Combine(_folder, "bits");
        await using (var stream = File.Create(path))
            await index.SaveAsync(stream, TestContext.Current.CancellationToken);
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var opened = HnswBitIndex.Open(view, FileCheck.Everything);
        Assert.Equal((Bits, Points - 1), (opened.Bits, opened.Count));
        foreach (var query in _queries)
            Assert.Equal(index.Search(query, 10, new HnswSearchOptions()), opened.Search(query, 10, new HnswSearchOptions()));
        Assert.DoesNotContain(opened.Search(_points[3], 50, new HnswSearchOptions()), n => n.Id == 3);
        Assert.Contains("holds HnswBits", Assert.Throws<InvalidDataException>(() => HnswIndex.Open(view)).Message);
    }

    [Fact]
    public void What_cannot_be_in_the_index_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswBitIndex(12));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswBitIndex(0));
        Assert.Throws<ArgumentException>(() => new HnswBitIndex(8, new HnswOptions { Quantizer = new ScalarQuantizer(1) }));
        var index = new HnswBitIndex(16);
        index.Add(1, [255, 255]);
        Assert.Throws<ArgumentException>(() => index.Add(1, [0, 0]));
        Assert.Throws<ArgumentException>(() => index.Add(2, [0]));
        Assert.Throws<ArgumentException>(() => index.Search([0], 1, new HnswSearchOptions()));
        Assert.Equal(new Neighbor(1, 16), index.Search([0, 0], 3, new HnswSearchOptions()).Single());
    }

    private HnswBitIndex Build()
    {
        var index = new HnswBitIndex(Bits, new HnswOptions { EfConstruction = 60 });
        for (var id = 0; id < Points; id++)
            index.Add(id, _points[id]);
        return index;
    }

    private static int Differences(byte[] x, byte[] y) => x.Zip(y, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum();
}
