using LinqToDB.Data;
using Npgsql;
using Orrery.Kernel;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>The connection to PostgreSQL is lost, at the worst moments: what was written is there once, and what was said is true.</summary>
public sealed class LostConnectionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string _database = "";
    private CuttingProxy? _proxy;
    private PostgresPlatform? _platform;

    private PostgresPlatform Platform => _platform!;

    private CuttingProxy Proxy => _proxy!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        _database = await TestPostgres.CreateAsync([]);
        var server = new NpgsqlConnectionStringBuilder(TestPostgres.ConnectionString(_database));
        _proxy = new(server.Host!, server.Port);
        // Unprepared, so that the text of a commit can be seen on its way.
        var through = TestPostgres.ConnectionString(_database, connection => (connection.Host, connection.Port, connection.MaxAutoPrepare) = ("127.0.0.1", _proxy.Port, 0));
        _platform = await PostgresPlatform.StartAsync(through, _folder.Path);
        await _platform.Database.WriteAsync(c => c.Execute("CREATE TABLE entries (k INTEGER NOT NULL)"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null)
            await _platform.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_database.Length > 0)
            TestPostgres.Drop(_database);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(nameof(Cut.BeforeCommit))]
    [InlineData(nameof(Cut.AfterCommit))]
    public async Task A_write_whose_commit_was_cut_off_is_there_exactly_once(string cut)
    {
        Proxy.CutNext(Enum.Parse<Cut>(cut));
        await Platform.Database.WriteAsync(c => c.Execute("INSERT INTO entries VALUES (7)"));
        Assert.Equal(1, Proxy.Cuts);
        Assert.Equal([7], await EntriesAsync());
    }

    [Theory]
    [InlineData(nameof(Cut.BeforeCommit))]
    [InlineData(nameof(Cut.AfterCommit))]
    public async Task A_group_whose_commit_was_cut_off_is_there_exactly_once_and_its_failures_are_told(string cut)
    {
        using var goOn = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        var first = Platform.Database.WriteAsync(_ =>
        {
            begun.Release();
            goOn.Wait();
        });
        await begun.WaitAsync();
        // These wait together, so they are one group.
        var writes = Enumerable.Range(0, 20).Select(i => Platform.Database.WriteAsync(c =>
        {
            c.Execute($"INSERT INTO entries VALUES ({i})");
            if (i % 5 == 0)
                throw new FormatException($"write {i}");
        })).ToArray();
        goOn.Set();
        await first;
        Proxy.CutNext(Enum.Parse<Cut>(cut));
        for (var i = 0; i < writes.Length; i++)
        {
            if (i % 5 == 0)
                Assert.Equal($"write {i}", (await Assert.ThrowsAsync<FormatException>(() => writes[i])).Message);
            else
                await writes[i];
        }

        Assert.Equal(Enumerable.Range(0, 20).Where(i => i % 5 != 0), await EntriesAsync());
    }

    [Fact]
    public async Task After_the_server_ended_all_connections_reads_and_writes_go_on()
    {
        Assert.Empty(await EntriesAsync());
        await TestPostgres.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database}'");
        await Platform.Database.WriteAsync(c => c.Execute("INSERT INTO entries VALUES (1)")); // The idle connection is found dead and replaced.
        for (var tries = 0; ; tries++) // A reader of the pool may be told of it first.
        {
            try
            {
                Assert.Equal([1], await EntriesAsync());
                return;
            }
            catch (UnavailableException) when (tries < 10)
            {
                // As a client would, once more.
            }
        }
    }

    [Fact]
    public async Task While_the_server_is_away_everybody_is_told_and_nothing_of_it_comes_later()
    {
        await TestPostgres.ExecuteAsync($"ALTER DATABASE {_database} ALLOW_CONNECTIONS false");
        await TestPostgres.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database}'");
        var writes = Enumerable.Range(0, 100).Select(i => Platform.Database.WriteAsync(c => c.Execute($"INSERT INTO entries VALUES ({i})"))).ToArray();
        foreach (var write in writes)
            await Assert.ThrowsAnyAsync<Exception>(() => write);
        await TestPostgres.ExecuteAsync($"ALTER DATABASE {_database} ALLOW_CONNECTIONS true");
        await Platform.Database.WriteAsync(c => c.Execute("INSERT INTO entries VALUES (100)"));
        Assert.Equal([100], await EntriesAsync());
    }

    [Fact]
    public async Task A_write_that_goes_on_after_a_statement_failed_is_not_taken_for_committed()
    {
        var write = Platform.Database.WriteAsync(c =>
        {
            c.Execute("INSERT INTO entries VALUES (1)");
            try
            {
                c.Execute("INSERT INTO entries VALUES (NULL)");
            }
            catch (Exception)
            {
                // PostgreSQL would now roll the transaction back and call it a commit.
            }
        });
        await Assert.ThrowsAnyAsync<Exception>(() => write);
        Assert.Empty(await EntriesAsync());
    }

    private Task<List<int>> EntriesAsync() => Platform.Database.ReadAsync((connection, _) => Task.FromResult(connection.Query<int>("SELECT k FROM entries ORDER BY k").ToList()));
}
