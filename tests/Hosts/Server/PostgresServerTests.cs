using Npgsql;
using Orrery.Client;
using Orrery.Kernel;
using Orrery.Server;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

/// <summary>A whole server whose records are in PostgreSQL.</summary>
public sealed class PostgresServerTests : IAsyncLifetime
{
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        _database = await TestPostgres.CreateEmptyAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (_database.Length > 0)
            TestPostgres.Drop(_database);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_migrates_an_empty_database_and_keeps_its_records_there()
    {
        using var folder = new TempFolder();
        ServerOptions Options(ServerOptions options) => options with { DataFolder = folder.Path, Database = TestPostgres.ConnectionString(_database) };
        Run run;
        await using (var server = await TestServer.StartAsync(Options))
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, (await server.Http.GetAsync("/readyz")).StatusCode);
            run = await server.Client.Runs.StartAsync(new("train", "first"));
        }

        Assert.False(File.Exists(folder.File("orrery.db")));
        await using var again = await TestServer.StartAsync(Options);
        Assert.Equal("first", (await again.Client.Runs.GetAsync(run.Id)).Name);
        using var verification = System.Text.Json.JsonDocument.Parse(await again.Http.GetStringAsync("/api/v1/audit/verification"));
        Assert.False(verification.RootElement.TryGetProperty("firstBroken", out _));
    }

    [Fact]
    public async Task A_second_server_with_another_folder_is_refused()
    {
        await using var first = await TestServer.StartAsync(options => options with { Database = TestPostgres.ConnectionString(_database) });
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => TestServer.StartAsync(options => options with { Database = TestPostgres.ConnectionString(_database) }));
        Assert.Contains("another data folder", refusal.Message);
    }

    [Fact]
    public async Task A_second_server_with_the_same_folder_is_refused()
    {
        using var folder = new TempFolder();
        ServerOptions Options(ServerOptions options) => options with { DataFolder = folder.Path, Database = TestPostgres.ConnectionString(_database) };
        await using var first = await TestServer.StartAsync(Options);
        var refusal = await Assert.ThrowsAsync<UnavailableException>(() => TestServer.StartAsync(Options));
        Assert.Contains("in use", refusal.Message);
    }

    [Fact]
    public async Task Text_that_PostgreSQL_cannot_keep_is_refused_and_the_next_request_goes_on()
    {
        await using var server = await TestServer.StartAsync(options => options with { Database = TestPostgres.ConnectionString(_database) });
        var refusal = await Assert.ThrowsAnyAsync<OrreryException>(() => server.Client.Runs.StartAsync(
            new("train", "first") { Tags = new Dictionary<string, string> { ["note"] = "a\0b" } }));
        Assert.Equal(ErrorCode.Invalid, refusal.Code);
        Assert.Equal("second", (await server.Client.Runs.StartAsync(new("train", "second"))).Name);
    }

    [Fact]
    public void Options_never_tell_the_password()
    {
        var password = new NpgsqlConnectionStringBuilder(TestPostgres.ConnectionString(_database)).Password!;
        Assert.DoesNotContain(password, new ServerOptions { Database = TestPostgres.ConnectionString(_database) }.ToString());
    }
}
