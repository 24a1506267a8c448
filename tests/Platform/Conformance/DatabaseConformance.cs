using CsCheck;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Relational;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="IDatabase"/> does.</summary>
public abstract class DatabaseConformance : Conformance<IDatabase>
{
    [Fact]
    public async Task An_acknowledged_write_is_there_after_reopening()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            await CreateTableAsync(opened.Port);
            await PutAsync(opened.Port, 7, 70);
        }

        await using var again = await storage.OpenAsync();
        Assert.Equal([(7, 70)], await RowsAsync(again.Port));
    }

    [Fact]
    public async Task A_write_that_throws_leaves_nothing_and_takes_no_other_with_it()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);

        var writes = Enumerable.Range(0, 300).Select(i => opened.Port.WriteAsync(connection =>
        {
            Insert(connection, i, i);
            if (i % 7 == 0)
                throw new InvalidOperationException($"write {i}");
            return i;
        })).ToArray();

        for (var i = 0; i < writes.Length; i++)
        {
            if (i % 7 == 0)
                Assert.Equal($"write {i}", (await Assert.ThrowsAsync<InvalidOperationException>(() => writes[i])).Message);
            else
                Assert.Equal(i, await writes[i]);
        }

        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 7 != 0), (await RowsAsync(opened.Port)).Select(r => r.Key));
    }

    [Fact]
    public async Task Writes_run_one_after_the_other()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        await PutAsync(opened.Port, 1, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => opened.Port.WriteAsync(connection =>
        {
            var value = connection.Execute<int>("SELECT v FROM rows_of_test WHERE k = 1");
            connection.Execute($"UPDATE rows_of_test SET v = {value + 1} WHERE k = 1");
        })));
        Assert.Equal([(1, 400)], await RowsAsync(opened.Port));
    }

    [Fact]
    public async Task A_read_sees_one_snapshot_while_others_write()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        var (before, after) = await opened.Port.ReadAsync(async (connection, _) =>
        {
            var first = connection.Execute<int>("SELECT count(*) FROM rows_of_test");
            await PutAsync(opened.Port, 1, 1);
            return (first, connection.Execute<int>("SELECT count(*) FROM rows_of_test"));
        });
        Assert.Equal((0, 0), (before, after));
        Assert.Equal([(1, 1)], await RowsAsync(opened.Port));
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        await Assert.ThrowsAnyAsync<Exception>(() => opened.Port.ReadAsync((connection, _) => Task.FromResult(connection.Execute("INSERT INTO rows_of_test VALUES (1, 1)"))));
        Assert.Empty(await RowsAsync(opened.Port));
        await PutAsync(opened.Port, 1, 1); // And the failed read has not spoilt the next ones.
        Assert.Equal([(1, 1)], await RowsAsync(opened.Port));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_never_runs()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        using var begun = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        var first = opened.Port.WriteAsync(_ =>
        {
            begun.Release();
            goOn.Wait();
        });
        await begun.WaitAsync();
        using var cancel = new CancellationTokenSource();
        var second = opened.Port.WriteAsync(connection => Insert(connection, 2, 2), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        goOn.Set();
        await first;
        await PutAsync(opened.Port, 3, 3); // Comes after the second's place in the line.
        Assert.Equal([(3, 3)], await RowsAsync(opened.Port));
    }

    [Fact]
    public async Task A_broken_constraint_is_a_conflict_even_where_it_is_checked_at_the_commit()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        await opened.Port.WriteAsync(c => c.Execute("CREATE TABLE children (k INTEGER REFERENCES rows_of_test (k) DEFERRABLE INITIALLY DEFERRED)"));
        await PutAsync(opened.Port, 1, 1);
        await Assert.ThrowsAsync<ConflictException>(() => opened.Port.WriteAsync(c => Insert(c, 1, 2)));

        var orphan = opened.Port.WriteAsync(c => c.Execute("INSERT INTO children VALUES (99)"));
        var others = Enumerable.Range(10, 50).Select(i => PutAsync(opened.Port, i, i)).ToArray();
        await Assert.ThrowsAsync<ConflictException>(() => orphan);
        await Task.WhenAll(others);
        Assert.Equal(51, (await RowsAsync(opened.Port)).Count);
        Assert.Equal(0, await opened.Port.ReadAsync((c, _) => Task.FromResult(c.Execute<int>("SELECT count(*) FROM children"))));
    }

    [Fact]
    public async Task Random_writes_agree_with_a_dictionary()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await CreateTableAsync(opened.Port);
        var step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 100], Gen.OneOf("put", "delete", "throw"));
        await step.Array[1, 60].SampleAsync(async steps =>
        {
            await opened.Port.WriteAsync(c => c.Execute("DELETE FROM rows_of_test"));
            var model = new SortedDictionary<int, int>();
            var running = new List<Task>();
            foreach (var (key, value, what) in steps)
            {
                if (what == "put")
                    model[key] = value;
                else if (what == "delete")
                    model.Remove(key);
                running.Add(opened.Port.WriteAsync(c => Apply(c, key, value, what)).ContinueWith(_ => { }, TaskScheduler.Default));
            }

            await Task.WhenAll(running);
            return (await RowsAsync(opened.Port)).SequenceEqual(model.Select(e => (e.Key, e.Value)));
        }, iter: 40, threads: 1);
    }

    [Fact]
    public async Task Text_sorts_by_its_bytes_and_is_kept_whatever_its_length()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        string[] names = ["Z", "a", "B", "_", "ä", "z", "a b", "ab", "a-b", "\u20ac", "10", "9", new('x', 5000)];
        await opened.Port.WriteAsync(connection =>
        {
            foreach (var name in names) // In a table that a migration made.
                connection.Execute("INSERT INTO platform_leases (name, until_us, token) VALUES (@name, 0, 1)", new DataParameter("name", name));
        });
        var sorted = await opened.Port.ReadAsync((connection, _) => Task.FromResult(connection.Query<string>("SELECT name FROM platform_leases ORDER BY name").ToList()));
        Assert.Equal(names.Order(StringComparer.Ordinal), sorted);
        Assert.Equal(2, await opened.Port.ReadAsync((connection, _) => Task.FromResult(connection.Execute<int>("SELECT count(*) FROM platform_leases WHERE name > 'Y' AND name < 'a'"))));
    }

    private static void Apply(DataConnection connection, int key, int value, string what)
    {
        connection.Execute($"DELETE FROM rows_of_test WHERE k = {key}");
        if (what == "delete")
            return;
        Insert(connection, key, value);
        if (what == "throw")
            throw new InvalidOperationException("as asked");
    }

    private static Task<int> CreateTableAsync(IDatabase database) => database.WriteAsync(c => c.Execute("CREATE TABLE rows_of_test (k INTEGER PRIMARY KEY, v INTEGER NOT NULL)"));

    private static void Insert(DataConnection connection, int key, int value) => connection.Execute($"INSERT INTO rows_of_test VALUES ({key}, {value})");

    private static Task PutAsync(IDatabase database, int key, int value) => database.WriteAsync(c => Insert(c, key, value));

    private static Task<List<(int Key, int Value)>> RowsAsync(IDatabase database) => database.ReadAsync((connection, _) =>
        Task.FromResult(connection.Query(reader => (reader.GetInt32(0), reader.GetInt32(1)), "SELECT k, v FROM rows_of_test ORDER BY k").ToList()));
}
