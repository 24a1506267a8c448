using System.Collections.Concurrent;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

/// <summary>What is found while vectors move into a graph and points change, and after.</summary>
public sealed class GrowthTests
{
    private const int Dimension = 16;

    [Theory]
    [InlineData(VectorDistance.Cosine)]
    [InlineData(VectorDistance.Dot)]
    [InlineData(VectorDistance.Euclid)]
    [InlineData(VectorDistance.Manhattan)]
    public void A_half_indexed_column_finds_what_a_scan_finds(VectorDistance distance)
    {
        var random = new Random(7);
        using var view = View(distance);
        Fill(view, random, 2_000);
        var column = (DenseColumn)view.Columns[Unnamed];
        while (column.IndexedCount < 1_500)
            column.Index(16);
        // Points that change leave the graph; those that go are not found.
        for (var i = 0; i < 200; i++)
            view.Apply(Change((ulong)random.Next(2_000), Vector(random, distance), i), 2);
        for (ulong id = 0; id < 100; id++)
            view.Apply(new(PointId.Of(id * 7)) { IsRemoval = true }, 3);

        foreach (var share in new[] { 1.0, 0.5, 0.1, 0.01 })
        {
            SlotSet? allowed = null;
            if (share < 1)
            {
                allowed = new(view.Capacity);
                foreach (var slot in view.Live.Slots().Where(_ => random.NextDouble() < share))
                    allowed.Add(slot);
            }

            var (found, wanted) = (0, 0);
            for (var i = 0; i < 50; i++)
            {
                var query = new DenseVector(Vector(random, distance));
                var exact = column.Search(query, 10, allowed, new(Exact: true));
                var approximate = column.Search(query, 10, allowed, new());
                Assert.All(approximate, hit => Assert.True(view.Live[hit.Slot] && (allowed is null || allowed[hit.Slot])));
                Assert.Equal(approximate.Count, approximate.DistinctBy(hit => hit.Slot).Count());
                found += exact.Select(hit => hit.Slot).Intersect(approximate.Select(hit => hit.Slot)).Count();
                wanted += exact.Count;
            }

            // Inner products of vectors of different lengths are what graphs find hardest.
            Assert.True(found >= wanted * (distance == VectorDistance.Dot ? 0.9 : 0.97), $"{distance}, share {share}: {found} of {wanted}");
        }
    }

    [Fact]
    public async Task Readers_beside_writers_see_whole_points_and_no_ghosts()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(size: Dimension, with: config => config with { IndexingThreshold = 1 });
        var failures = new ConcurrentQueue<string>();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            var random = new Random(reader);
            while (!done.IsCancellationRequested)
            {
                var points = await collection.QueryAsync(Ada, new()
                {
                    Ranking = new Nearest(new GivenVector(new DenseVector(Vector(random, VectorDistance.Dot)))),
                    Limit = 20,
                    Filter = random.Next(2) == 0 ? null : Must(Field("even", new MatchValue(Scalar.Of(true)))),
                }, new(PayloadSelection.All, VectorSelection.All));
                // A point's vector and payload are of one operation: the first component is the number in its payload.
                foreach (var point in points.Where(point => point.Text() is not { } text || !text.StartsWith($"{{\"n\":{((DenseVector)point.Vectors![Unnamed]).Values[0]},", StringComparison.Ordinal)))
                    failures.Enqueue($"{point.Id}: {point.Text()}");
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var random = new Random(100 + writer);
            for (var i = 0; i < 40; i++)
            {
                await collection.UpsertAsync([.. Enumerable.Range(0, 10).Select(_ => Numbered((ulong)random.Next(500), random))]);
                await collection.UpdateAsync(new DeletePoints(new([PointId.Of((ulong)random.Next(500))], null)));
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Empty(failures);

        var live = collection.Scroll(null, null, null, 1_000, Wanted.Nothing).Points.Ids();
        Assert.Equal(live.Length, collection.Count(null));
        Assert.Equal(live.Length, live.Distinct().Count());
    }

    private static Point Numbered(ulong id, Random random)
    {
        var n = random.Next(100_000);
        var vector = Vector(random, VectorDistance.Dot);
        vector[0] = n;
        return Point(id, vector, $$"""{"n":{{n}},"even":{{(n % 2 == 0 ? "true" : "false")}}}""");
    }

    private const string Unnamed = Points.Point.Unnamed;

    private static ShardView View(VectorDistance distance) =>
        new(new() { Vectors = new Dictionary<string, DenseVectorConfig> { [Unnamed] = new(Dimension, distance) } });

    private static void Fill(ShardView view, Random random, int count)
    {
        for (var i = 0; i < count; i++)
            view.Apply(Change((ulong)i, Vector(random, view.Config.Vectors[Unnamed].Distance), i), 1);
    }

    private static PointChange Change(ulong id, float[] vector, int number)
    {
        var change = new PointChange(PointId.Of(id)) { Payload = new(System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{number}}}")) };
        change.Set(Unnamed, new DenseVector(vector));
        return change;
    }

    private static float[] Vector(Random random, VectorDistance distance)
    {
        var vector = new float[Dimension];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = (float)(random.NextDouble() * 2 - 1);
        if (distance != VectorDistance.Cosine)
            return vector;
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
