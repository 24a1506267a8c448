using System.IO.MemoryMappedFiles;
using CsCheck;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Quantization;
using Xunit;

namespace Orrery.Vectors.Tests.Hnsw;

public sealed class HnswFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orrery-hnsw-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_that_was_saved_finds_the_same_from_a_stream_and_where_it_is_mapped(bool quantized)
    {
        var data = new Clusters(1_200, 20, Metric.Cosine, seed: 20);
        var index = Build(data, quantized);
        for (var id = 0; id < 300; id++)
            index.Remove(id * 3);
        index.Repair();
        for (var id = 0; id < 40; id++)
            index.Remove(1 + id * 3);
        var bytes = await SaveAsync(index);
        foreach (var opened in new[] { await HnswIndex.LoadAsync(new MemoryStream(bytes), TestContext.Current.CancellationToken), Map(bytes, FileCheck.Everything), Map(bytes) })
        {
            Assert.Equal((index.Count, index.Dimension, index.Metric), (opened.Count, opened.Dimension, opened.Metric));
            Assert.Equal(index.Options, opened.Options with { Quantizer = index.Options.Quantizer });
            Assert.Equal(index.Options.Quantizer?.Scale, opened.Options.Quantizer?.Scale);
            foreach (var query in data.Queries)
                Assert.Equal(index.Search(query, 10), opened.Search(query, 10));
        }
    }

    [Fact]
    public async Task A_mapped_index_changes_like_any_other()
    {
        var data = new Clusters(1_000, 30, Metric.Euclidean, seed: 21);
        var index = Map(await SaveAsync(data.Build(Enumerable.Range(0, 800))));
        Assert.True(index.Contains(5));
        Assert.True(index.Remove(5));
        Assert.False(index.Contains(5));
        Assert.Throws<ArgumentException>(() => index.Add(6, data.Points[6]));
        for (var id = 800; id < 1_000; id++)
            index.Add(id, data.Points[id]);
        index.Add(5, data.Points[5]);
        index.Repair();
        Assert.Equal(1_000, index.Count);
        var recall = data.Recall(index, ef: 100);
        Assert.True(recall >= 0.97, $"recall {recall}");
    }

    [Fact]
    public async Task A_mapped_index_is_repaired_before_anything_is_added()
    {
        var data = new Clusters(400, 30, Metric.Euclidean, seed: 26);
        var index = Map(await SaveAsync(data.Build()));
        for (var id = 0; id < 50; id++)
        {
            index.Remove(id);
            data.Exact.Remove(id);
        }

        index.Repair();
        Assert.Equal(1, data.Recall(index, ef: 200));
    }

    [Fact]
    public async Task A_snapshot_beside_writers_holds_what_was_there_and_nothing_half()
    {
        var data = new Clusters(3_000, 20, Metric.Euclidean, seed: 22);
        var index = data.Build(Enumerable.Range(0, 500));
        var writing = Task.Run(() =>
        {
            for (var id = 500; id < 3_000; id++)
                index.Add(id, data.Points[id]);
        });
        var snapshots = new List<byte[]>();
        do
            snapshots.Add(await SaveAsync(index));
        while (!writing.IsCompleted);
        await writing;
        foreach (var snapshot in (byte[][])[snapshots[0], snapshots[^1]])
        {
            var opened = await HnswIndex.LoadAsync(new MemoryStream(snapshot), TestContext.Current.CancellationToken);
            Assert.InRange(opened.Count, 500, 3_000);
            // One writer adds in order, so the snapshot holds a beginning of what it added.
            var vector = new float[Clusters.Dimension];
            for (var id = 0; id < 3_000; id++)
            {
                Assert.Equal(id < opened.Count, opened.TryGet(id, vector));
                if (id < opened.Count)
                    Assert.Equal(data.Points[id], vector);
            }

            Assert.Equal(opened.Count, opened.Search(data.Queries[0], opened.Count, new HnswSearchOptions { Ef = 3_000 }).Length);
        }
    }

    [Fact]
    public async Task An_empty_index_is_saved_and_opened()
    {
        var opened = Map(await SaveAsync(new HnswIndex(3, Metric.Dot)));
        Assert.Empty(opened.Search([1, 2, 3], 5));
        opened.Add(1, [1, 2, 3]);
        Assert.Equal(1, opened.Search([1, 2, 3], 5).Single().Id);
    }

    /// <summary>Every single byte counts: each is covered by the header's checksum, a section's or the footer's, or is padding.</summary>
    [Fact]
    public async Task A_changed_byte_or_a_missing_end_is_told()
    {
        var data = new Clusters(60, 1, Metric.Euclidean, seed: 23);
        var bytes = await SaveAsync(data.Build());
        var expected = data.Build().Search(data.Queries[0], 60, ef: 60);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[1, 255], Gen.Int[0, bytes.Length - 1]).Sample((at, flip, length) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= (byte)flip;
            try
            {
                // Padding alone may change without a word.
                Assert.Equal(expected, Load(changed).Search(data.Queries[0], 60, ef: 60));
                Assert.Equal(0, bytes[at]);
            }
            catch (InvalidDataException)
            {
            }

            Assert.Throws<InvalidDataException>(() => Load(bytes[..length]));
        }, iter: 400, threads: 1);
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => Load(bytes[..^1])).Message);
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => Map(bytes[..^1])).Message);
    }

    [Fact]
    public async Task A_damaged_link_is_found_when_the_file_is_mapped_and_a_damaged_vector_when_everything_is_read()
    {
        var data = new Clusters(200, 1, Metric.Euclidean, seed: 24);
        var bytes = await SaveAsync(data.Build());
        var vectors = (byte[])bytes.Clone();
        // The rows are the last section; the footer behind it has eight numbers of eight bytes.
        vectors[^200] ^= 1;
        Assert.Contains("section 6", Assert.Throws<InvalidDataException>(() => Map(vectors, FileCheck.Everything)).Message);
        Map(vectors);
        var links = (byte[])bytes.Clone();
        links[links.Length - 64 - 200 * Clusters.Dimension * sizeof(float) - 400] ^= 1;
        Assert.Throws<InvalidDataException>(() => Map(links));
    }

    [Fact]
    public void Other_files_are_told_apart()
    {
        Assert.Contains("something else", Assert.Throws<InvalidDataException>(() => Load(new byte[500])).Message);
        Assert.Contains("something else", Assert.Throws<InvalidDataException>(() => Load([])).Message);
        var next = SectionLayout.Of(FileKind.Hnsw, [], []).WriteHeader();
        next[8] = 9;
        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => Load(next)).Message);
    }

    /// <summary>A file with right checksums and wrong numbers, as a stranger may hand it in, must not lead a search out of the memory.</summary>
    [Fact]
    public async Task Links_that_lead_nowhere_are_refused_even_with_the_right_checksum()
    {
        var index = new HnswIndex(1, Metric.Euclidean);
        index.Add(1, [1]);
        index.Add(2, [2]);
        var bytes = await SaveAsync(index);
        var file = await SectionFile.ReadAsync(new MemoryStream(bytes), FileKind.Hnsw, TestContext.Current.CancellationToken);
        var links = file.Read<int>(4, 2 * 33);
        links[1] = 77;
        Assert.Throws<InvalidDataException>(() => HnswFile.Read(file));
        links[1] = -1;
        Assert.Throws<InvalidDataException>(() => HnswFile.Read(file));
        links[1] = 1;
        links[0] = 34;
        Assert.Throws<InvalidDataException>(() => HnswFile.Read(file));
        links[0] = 1;
        HnswFile.Read(file);
        file.Read<long>(3, 2)[0] = long.MaxValue - 1;
        Assert.Throws<InvalidDataException>(() => HnswFile.Read(file));
    }

    private static HnswIndex Load(byte[] bytes)
    {
        // The stream is memory, so the task is complete.
        var task = HnswIndex.LoadAsync(new MemoryStream(bytes));
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private HnswIndex Map(byte[] bytes, FileCheck check = FileCheck.Structure)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        using (var stream = File.Create(path))
            stream.Write(bytes);
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return HnswIndex.Open(view, check);
    }

    private static async Task<byte[]> SaveAsync(HnswIndex index)
    {
        using var stream = new MemoryStream();
        await index.SaveAsync(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static HnswIndex Build(Clusters data, bool quantized)
    {
        var scale = ScalarQuantizer.Train(data.Points.SelectMany(point => point.Select(v => v / MathF.Sqrt(point.Sum(c => c * c)))).ToArray());
        var index = new HnswIndex(Clusters.Dimension, data.Exact.Metric, new HnswOptions { EfConstruction = 100, Seed = 7, Quantizer = quantized ? scale : null });
        for (var id = 0; id < data.Points.Length; id++)
            index.Add(id, data.Points[id]);
        return index;
    }
}
