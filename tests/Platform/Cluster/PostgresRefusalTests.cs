using Npgsql;
using Orrery.Cluster.Relational;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>What keeps a server from starting on PostgreSQL is said with the remedy, and without the password.</summary>
public sealed class PostgresRefusalTests : IDisposable
{
    private const string Secret = "s3cret-pass";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_wrong_password() => await RefusedAsync<PreconditionFailedException>("postgres", c => c.Password = Secret, "PGPASSWORD");

    [Fact]
    public async Task No_password() => await RefusedAsync<PreconditionFailedException>("postgres", c => c.Password = null, "PGPASSWORD");

    [Fact]
    public async Task A_database_that_is_not_there() => await RefusedAsync<PreconditionFailedException>("no_such_database", _ => { }, "createdb");

    [Fact]
    public async Task A_server_that_is_not_there()
    {
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await RefusedAsync<UnavailableException>("postgres", c => c.Port = port, "--database");
    }

    [Fact]
    public async Task A_server_that_only_reads()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        var database = await TestPostgres.CreateEmptyAsync();
        try
        {
            await TestPostgres.ExecuteAsync($"ALTER DATABASE {database} SET default_transaction_read_only = on");
            await RefusedAsync<PreconditionFailedException>(database, _ => { }, "primary");
        }
        finally
        {
            TestPostgres.Drop(database);
        }
    }

    [Fact]
    public async Task A_user_who_may_not_make_tables()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        var user = $"u{Guid.NewGuid():N}";
        var database = await TestPostgres.CreateEmptyAsync();
        await TestPostgres.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD '{Secret}'");
        try
        {
            await TestPostgres.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database);
            await RefusedAsync<PreconditionFailedException>(database, c => (c.Username, c.Password) = (user, Secret), "owner");
        }
        finally
        {
            TestPostgres.Drop(database);
            await TestPostgres.ExecuteAsync($"DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task A_database_that_cannot_keep_all_characters()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        var database = await TestPostgres.CreateEmptyAsync("ENCODING 'LATIN1' LOCALE 'C'");
        try
        {
            await RefusedAsync<PreconditionFailedException>(database, _ => { }, "UTF8");
        }
        finally
        {
            TestPostgres.Drop(database);
        }
    }

    [Theory]
    [InlineData("9.6.24", false)]
    [InlineData("13.20", false)]
    [InlineData("14.0", true)]
    [InlineData("18.1", true)]
    public void An_old_version(string version, bool isTaken)
    {
        var refusal = Record.Exception(() => PostgresVersion.Check(Version.Parse(version), "db:5432/orrery"));
        Assert.Equal(isTaken, refusal is null);
        Assert.True(isTaken || refusal is PreconditionFailedException && refusal.Message.Contains(version, StringComparison.Ordinal));
    }

    private async Task RefusedAsync<T>(string database, Action<NpgsqlConnectionStringBuilder> change, string remedy) where T : OrreryException
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        var refusal = await Assert.ThrowsAsync<T>(() => PostgresPlatform.StartAsync(TestPostgres.ConnectionString(database, change), _folder.Path));
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(TestPostgres.ConnectionString(database)).Password!, refusal.ToString(), StringComparison.Ordinal);
    }
}
