using System.Buffers;
using Orrery.Features.Online;
using Orrery.Features.Streaming;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Platform.KeyValues;
using Xunit;

namespace Orrery.Features.Tests.Streaming;

public sealed class ViewStreamTests
{
    private static readonly FeatureViewPlan Plan =
        FeatureViewPlan.Of("v", new([new("e", "e")], "s", [new("n", Aggregate.Count, Window: 2 * SlowFeatures.Hour)]));

    private static readonly byte[] Entity = EntityKey.Of("ATL");

    [Fact]
    public async Task A_write_that_fails_changes_neither_memory_nor_store()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var disk = new FullDisk(platform.KeyValues.Space("features"));
        var stream = await ViewStream.LoadAsync(Plan, disk, "default", CancellationToken.None);
        ViewEvent[] one = [new(Entity, Event.Hour, [1.0])];

        disk.IsFull = true;
        await Assert.ThrowsAsync<IOException>(() => stream.PushAsync(one, null, CancellationToken.None));
        Assert.True(stream.IsNew);
        disk.IsFull = false;
        await stream.PushAsync(one, null, CancellationToken.None); // the caller tries again: the event counts once

        disk.IsFull = true;
        await Assert.ThrowsAsync<IOException>(() => stream.AdvanceAsync(1, CancellationToken.None));
        Assert.Null(stream.Watermark);
        disk.IsFull = false;
        Assert.Equal(1, await stream.AdvanceAsync(1, CancellationToken.None));
        Assert.Equal((1L, 1.0), Online(disk));
    }

    [Fact]
    public async Task Buckets_that_have_left_every_window_are_forgotten_in_memory_and_store()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var space = platform.KeyValues.Space("features");
        var stream = await ViewStream.LoadAsync(Plan, space, "default", CancellationToken.None);
        await stream.PushAsync([new(Entity, Event.Hour, [1.0]), new(Entity, 2 * Event.Hour, [1.0])], null, CancellationToken.None);
        await stream.AdvanceAsync(2, CancellationToken.None);
        Assert.Equal([1L, 2L], await BucketsAsync(space));
        await stream.AdvanceAsync(3, CancellationToken.None);
        Assert.Equal((3L, 1.0), Online(space));
        Assert.Equal([2L], await BucketsAsync(space));
        await stream.AdvanceAsync(4, CancellationToken.None);
        Assert.Equal((4L, 0.0), Online(space));
        Assert.Empty(await BucketsAsync(space));

        // An advance over nothing leaves the last row as it is: its age is what expires it.
        Assert.Equal(0, await stream.AdvanceAsync(1_000_000, CancellationToken.None));
        Assert.Equal((4L, 0.0), Online(space));
    }

    [Fact]
    public async Task A_push_that_is_sent_again_under_its_key_counts_once_also_after_a_restart()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var disk = new FullDisk(platform.KeyValues.Space("features"));
        var stream = await ViewStream.LoadAsync(Plan, disk, "default", CancellationToken.None);
        ViewEvent[] two = [new(Entity, Event.Hour, [1.0]), new(null, Event.Hour, [1.0])];

        disk.IsFull = true;
        await Assert.ThrowsAsync<IOException>(() => stream.PushAsync(two, "k", CancellationToken.None));
        disk.IsFull = false;
        var first = await stream.PushAsync(two, "k", CancellationToken.None); // what was never written is not known
        Assert.Equal((1L, 1L), (first.Accepted, first.WithoutEntity));
        Assert.Equal(first, await stream.PushAsync(two, "k", CancellationToken.None));
        var error = await Assert.ThrowsAsync<ConflictException>(() => stream.PushAsync([new(Entity, Event.Hour, [2.0])], "k", CancellationToken.None));
        Assert.Contains("'k'", error.Message, StringComparison.Ordinal);

        var again = await ViewStream.LoadAsync(Plan, disk, "default", CancellationToken.None);
        Assert.Equal(first, await again.PushAsync(two, "k", CancellationToken.None));
        await again.AdvanceAsync(1, CancellationToken.None);
        Assert.Equal((1L, 1.0), Online(disk));
        Assert.Equal(first, await again.PushAsync(two, "k", CancellationToken.None)); // not late: it was not
    }

    [Fact]
    public async Task The_newest_thousand_keys_are_remembered_and_no_more()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var space = platform.KeyValues.Space("features");
        var stream = await ViewStream.LoadAsync(Plan, space, "default", CancellationToken.None);
        ViewEvent[] none = [new(null, Event.Hour, [1.0])];
        for (var i = 0; i <= PushMemory.Most; i++)
            await stream.PushAsync(none, $"k{i}", CancellationToken.None);

        foreach (var remembering in new[] { stream, await ViewStream.LoadAsync(Plan, space, "default", CancellationToken.None) })
        {
            await Assert.ThrowsAsync<ConflictException>(() => remembering.PushAsync([], "k1", CancellationToken.None));
            await Assert.ThrowsAsync<ConflictException>(() => remembering.PushAsync([], $"k{PushMemory.Most}", CancellationToken.None));
        }

        Assert.Equal(PushMemory.Most, await space.ScanAsync(EntityKey.Pushes(EntityKey.Prefix("default", Plan))).CountAsync());
        await stream.PushAsync([], "k0", CancellationToken.None); // forgotten
    }

    private static (long Tick, double Value) Online(IKeyValueSpace space)
    {
        var row = new ArrayBufferWriter<byte>();
        Assert.True(space.TryGet(EntityKey.Online(EntityKey.Prefix("default", Plan), Entity), row));
        return (PackedRow.Tick(row.WrittenSpan), PackedRow.Value(row.WrittenSpan, 0));
    }

    private static async Task<List<long>> BucketsAsync(IKeyValueSpace space)
    {
        var ticks = new List<long>();
        await foreach (var (key, _) in space.ScanAsync(EntityKey.Buckets(EntityKey.Prefix("default", Plan))))
            ticks.Add(EntityKey.TickOf(key));
        return ticks;
    }

    private sealed class FullDisk(IKeyValueSpace space) : IKeyValueSpace
    {
        public bool IsFull { get; set; }

        public bool TryGet(ReadOnlySpan<byte> key, IBufferWriter<byte> destination) => space.TryGet(key, destination);

        public ValueTask<byte[]?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken = default) =>
            space.GetManyAsync(keys, cancellationToken);

        public Task WriteAsync(KeyValueBatch batch, Durability durability = Durability.Durable, CancellationToken cancellationToken = default) =>
            IsFull ? Task.FromException(new IOException("No space left on device.")) : space.WriteAsync(batch, durability, cancellationToken);

        public IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ScanAsync(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> from = default, CancellationToken cancellationToken = default) =>
            space.ScanAsync(prefix, from, cancellationToken);
    }
}
