using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>Two processes on one database: what one process takes for granted of its writes, all of them may.</summary>
public sealed class SeveralProcessesTests : IAsyncLifetime
{
    private readonly TempFolder _left = new();
    private readonly TempFolder _right = new();
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        _database = await TestPostgres.CreateAsync([]);
    }

    public ValueTask DisposeAsync()
    {
        if (_database.Length > 0)
            TestPostgres.Drop(_database);
        _left.Dispose();
        _right.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Who_reads_and_then_writes_is_never_overtaken()
    {
        var (left, right) = await StartBothAsync();
        await using var one = left;
        await using var other = right;
        await left.Database.WriteAsync(c => c.Execute("CREATE TABLE counts (k INTEGER PRIMARY KEY, v INTEGER NOT NULL); INSERT INTO counts VALUES (1, 0)"));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => (i % 2 == 0 ? left : right).Database.WriteAsync(connection =>
        {
            var value = connection.Execute<int>("SELECT v FROM counts WHERE k = 1");
            connection.Execute($"UPDATE counts SET v = {value + 1} WHERE k = 1");
            // A number is given out only once, though nothing but reading says which are taken.
            var next = connection.Execute<int>("SELECT coalesce(max(k), 0) + 1 FROM counts");
            connection.Execute($"INSERT INTO counts VALUES ({next}, 0)");
        })));
        Assert.Equal(400, await CountAsync(left, "SELECT v FROM counts WHERE k = 1"));
        Assert.Equal(401, await CountAsync(right, "SELECT max(k) FROM counts"));
    }

    [Fact]
    public async Task An_acknowledged_write_is_seen_by_every_read_that_begins_later_anywhere()
    {
        var (left, right) = await StartBothAsync();
        await using var one = left;
        await using var other = right;
        await left.Database.WriteAsync(c => c.Execute("CREATE TABLE seen (k INTEGER PRIMARY KEY)"));
        for (var i = 0; i < 50; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (left, right) : (right, left);
            await writer.Database.WriteAsync(c => c.Execute($"INSERT INTO seen VALUES ({i})"));
            Assert.Equal(i + 1, await CountAsync(reader, "SELECT count(*) FROM seen"));
        }
    }

    [Fact]
    public async Task Each_item_of_work_goes_to_one_worker_of_all()
    {
        var (left, right) = await StartBothAsync();
        await using var one = left;
        await using var other = right;
        for (var i = 0; i < 60; i++)
            await (i % 3 == 0 ? left : right).Work.EnqueueAsync("q", $"{i}", default);
        Assert.False(await left.Work.EnqueueAsync("q", "59", default));
        var taken = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(() => (i % 2 == 0 ? left : right).Work.TryTakeAsync("q", $"w{i}", TimeSpan.FromMinutes(1)))));
        Assert.Equal(60, taken.Where(item => item is not null).Select(item => item!.Key).Distinct().Count());
        Assert.Equal(20, taken.Count(item => item is null));
        var first = taken.First(item => item is not null)!;
        Assert.True(await right.Work.CompleteAsync(first)); // The token proves the lease, not the process.
        Assert.False(await left.Work.CompleteAsync(first));
    }

    [Fact]
    public async Task Work_that_one_adds_wakes_a_waiter_of_the_other()
    {
        var (left, right) = await StartBothAsync();
        await using var one = left;
        await using var other = right;
        // The first wake may come from the start of listening, so it is asked until the queue is known to be empty and heard.
        for (var round = 0; round < 3; round++)
        {
            var waiting = Task.Run(async () =>
            {
                while (await right.Work.TryTakeAsync("q", "w", TimeSpan.FromMinutes(1)) is null)
                    await right.Work.WaitAsync("q", TimeSpan.FromDays(1));
            });
            await left.Work.EnqueueAsync("q", $"{round}", default);
            await waiting;
        }
    }

    [Fact]
    public async Task One_of_all_gets_a_lease()
    {
        var (left, right) = await StartBothAsync();
        await using var one = left;
        await using var other = right;
        var tokens = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => (i % 2 == 0 ? left : right).Leases.TryAcquireAsync("l", $"h{i}", TimeSpan.FromMinutes(1)))));
        Assert.Single(tokens, token => token is not null);
    }

    [Fact]
    public async Task A_process_with_another_folder_is_refused()
    {
        await using (await PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _left.Path)) { }
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _right.Path));
        Assert.Contains("another data folder", refusal.Message, StringComparison.Ordinal);
        await using var again = await PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _left.Path);
    }

    private async Task<(PostgresPlatform Left, PostgresPlatform Right)> StartBothAsync()
    {
        var left = await PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _left.Path);
        PostgresPlatform.ShareHome(_left.Path, _right.Path);
        return (left, await PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _right.Path));
    }

    private static Task<int> CountAsync(PostgresPlatform platform, string sql) => platform.Database.ReadAsync((connection, _) => Task.FromResult(connection.Execute<int>(sql)));
}
