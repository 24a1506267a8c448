using System.Buffers;
using CsCheck;
using Orrery.Platform.KeyValues;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="IKeyValueStore"/> does.</summary>
public abstract class KeyValueConformance : Conformance<IKeyValueStore>
{
    private static readonly Comparer<byte[]> Bytewise = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task What_was_written_is_there_after_reopening(Durability durability)
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
            await opened.Port.Space("a").WriteAsync(new KeyValueBatch().Put("k"u8, "v"u8), durability);
        await using var again = await storage.OpenAsync();
        Assert.Equal("v"u8.ToArray(), Get(again.Port.Space("a"), "k"u8));
    }

    [Fact]
    public async Task Spaces_do_not_see_each_other()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await opened.Port.Space("a").WriteAsync(new KeyValueBatch().Put("k"u8, "in a"u8));
        await opened.Port.Space("b").WriteAsync(new KeyValueBatch().Put("k"u8, "in b"u8));
        Assert.Equal("in a"u8.ToArray(), Get(opened.Port.Space("a"), "k"u8));
        Assert.Equal("in b"u8.ToArray(), Get(opened.Port.Space("b"), "k"u8));
        Assert.Null(Get(opened.Port.Space("c"), "k"u8));
        Assert.Empty(await ScanAsync(opened.Port.Space("c"), []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a_b")]
    public async Task A_space_with_another_name_is_refused(string name)
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => opened.Port.Space(name)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => opened.Port.Space(new string('a', 65)));
    }

    [Fact]
    public async Task A_value_is_appended_to_what_the_destination_holds_and_nothing_where_there_is_none()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var space = opened.Port.Space("a");
        await space.WriteAsync(new KeyValueBatch().Put("k"u8, "value"u8).Put("empty"u8, []));
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before "u8);
        Assert.True(space.TryGet("k"u8, destination));
        Assert.False(space.TryGet("absent"u8, destination));
        Assert.True(space.TryGet("empty"u8, destination));
        Assert.Equal("before value"u8, destination.WrittenSpan);
    }

    [Fact]
    public async Task Many_are_read_in_the_order_of_their_keys()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var space = opened.Port.Space("a");
        await space.WriteAsync(new KeyValueBatch().Put("1"u8, "one"u8).Put("2"u8, []).Put("3"u8, "three"u8));
        var values = await space.GetManyAsync(["3"u8.ToArray(), "absent"u8.ToArray(), "2"u8.ToArray(), "3"u8.ToArray(), ReadOnlyMemory<byte>.Empty]);
        Assert.Equal(["three"u8.ToArray(), null, [], "three"u8.ToArray(), null], values);
        Assert.Empty(await space.GetManyAsync([]));
    }

    [Fact]
    public async Task A_later_entry_of_a_batch_wins()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var space = opened.Port.Space("a");
        await space.WriteAsync(new KeyValueBatch().Put("k"u8, "1"u8).Put("k"u8, "2"u8).Put("gone"u8, "1"u8).Delete("gone"u8).Delete("never"u8));
        Assert.Equal("2"u8.ToArray(), Get(space, "k"u8));
        Assert.Null(Get(space, "gone"u8));
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task Whoever_reads_after_a_write_was_acknowledged_sees_it_whatever_was_read_meanwhile(Durability durability)
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var space = opened.Port.Space("a");
        var (acknowledged, done) = (0, false);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var least = Volatile.Read(ref acknowledged);
                var found = Get(space, "k"u8) is { } value ? BitConverter.ToInt32(value) : 0;
                Assert.InRange(found, least, int.MaxValue);
            }
        })).ToArray();
        for (var i = 1; i <= 300; i++)
        {
            await space.WriteAsync(new KeyValueBatch().Put("k"u8, BitConverter.GetBytes(i)), durability);
            Volatile.Write(ref acknowledged, i);
        }

        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
        await space.WriteAsync(new KeyValueBatch().Delete("k"u8), durability);
        Assert.Null(Get(space, "k"u8));
    }

    [Fact]
    public async Task Concurrent_durable_writes_all_arrive()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
                opened.Port.Space($"s{i % 3}").WriteAsync(new KeyValueBatch().Put(BitConverter.GetBytes(i), BitConverter.GetBytes(i * 2)))));
        }

        await using var again = await storage.OpenAsync();
        for (var i = 0; i < 500; i++)
            Assert.Equal(BitConverter.GetBytes(i * 2), Get(again.Port.Space($"s{i % 3}"), BitConverter.GetBytes(i)));
    }

    [Fact]
    public async Task A_scan_sees_one_moment()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var space = opened.Port.Space("a");
        await space.WriteAsync(new KeyValueBatch().Put("1"u8, "1"u8).Put("2"u8, "2"u8));
        var seen = new List<byte[]>();
        await foreach (var (key, _) in space.ScanAsync(default))
        {
            seen.Add(key);
            await space.WriteAsync(new KeyValueBatch().Delete("2"u8).Put("3"u8, "3"u8));
        }

        Assert.Equal(["1"u8.ToArray(), "2"u8.ToArray()], seen);
    }

    [Fact]
    public async Task Random_batches_and_scans_agree_with_a_sorted_dictionary()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var next = 0;
        var key = Gen.Byte[97, 99].Array[0, 3]; // Few, short keys over a, b, c: many are prefixes of others.
        var entry = Gen.Select(key, Gen.Byte.Array[0, 4], Gen.Bool);
        var history = Gen.Select(entry.Array[1, 8].Array[1, 6], key, key);
        await history.SampleAsync(async (batches, prefix, from) =>
        {
            var space = opened.Port.Space($"model-{next++}");
            var model = new SortedDictionary<byte[], byte[]>(Bytewise);
            foreach (var entries in batches)
                await space.WriteAsync(Apply(entries, model), entries.Length % 2 == 0 ? Durability.Durable : Durability.Relaxed);
            var expected = model.Where(e => e.Key.AsSpan().StartsWith(prefix) && Bytewise.Compare(e.Key, from) >= 0).ToList();
            var actual = await ScanAsync(space, prefix, from);
            Assert.Equal(expected, actual);
            Assert.All(model, e => Assert.Equal(e.Value, Get(space, e.Key)));
            Assert.Equal(model.Values, await space.GetManyAsync([.. model.Keys.Select(k => (ReadOnlyMemory<byte>)k)]));
        }, iter: 60, threads: 1);
    }

    private static KeyValueBatch Apply((byte[] Key, byte[] Value, bool Delete)[] entries, SortedDictionary<byte[], byte[]> model)
    {
        var batch = new KeyValueBatch();
        foreach (var (key, value, delete) in entries)
        {
            if (delete)
            {
                batch.Delete(key);
                model.Remove(key);
            }
            else
            {
                batch.Put(key, value);
                model[key] = value;
            }
        }

        return batch;
    }

    private static byte[]? Get(IKeyValueSpace space, ReadOnlySpan<byte> key)
    {
        var value = new ArrayBufferWriter<byte>();
        return space.TryGet(key, value) ? value.WrittenSpan.ToArray() : null;
    }

    private static async Task<List<KeyValuePair<byte[], byte[]>>> ScanAsync(IKeyValueSpace space, byte[] prefix, byte[]? from = null)
    {
        var entries = new List<KeyValuePair<byte[], byte[]>>();
        await foreach (var entry in space.ScanAsync(prefix, from ?? []))
            entries.Add(entry);
        return entries;
    }
}
