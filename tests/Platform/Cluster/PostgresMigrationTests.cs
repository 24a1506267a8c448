using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Platform.Relational;
using Orrery.Platform.Tests.Embedded;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>The same migrations as on SQLite, on PostgreSQL.</summary>
public sealed class PostgresMigrationTests : IAsyncLifetime
{
    private static readonly Action<IServiceCollection> WithTestMigrations = services => MigrationSource.Add(services, typeof(MigrationTests).Assembly);

    private readonly TempFolder _folder = new();
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
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_modules_migrations_are_applied_to_a_new_and_to_an_older_database()
    {
        await using (var older = await StartAsync())
        {
            Assert.True(await older.Database.IsNewAsync());
            Assert.DoesNotContain("test_second", await TablesAsync(older));
        }

        await using var newer = await StartAsync(WithTestMigrations);
        Assert.False(await newer.Database.IsNewAsync());
        Assert.Superset(new HashSet<string> { "platform_work", "test_first", "test_second" }, await TablesAsync(newer));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        await using (await StartAsync(WithTestMigrations)) { }
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => StartAsync());
        Assert.Contains("99000002", refusal.Message, StringComparison.Ordinal);
        await using var newer = await StartAsync(WithTestMigrations);
        Assert.Contains("test_second", await TablesAsync(newer));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_its_pass()
    {
        await using (var older = await StartAsync())
            await older.Database.WriteAsync(c => c.Execute("CREATE TABLE please_fail (id INTEGER)"));
        await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(WithTestMigrations));
        await using (var still = await StartAsync())
        {
            Assert.DoesNotContain("test_first", await TablesAsync(still));
            await still.Database.WriteAsync(c => c.Execute("DROP TABLE please_fail"));
        }

        await using var mended = await StartAsync(WithTestMigrations);
        Assert.Superset(new HashSet<string> { "test_first", "test_second" }, await TablesAsync(mended));
    }

    [Fact]
    public async Task Of_several_processes_that_start_at_once_one_migrates()
    {
        await using (await StartAsync()) { } // Leaves the folder's home.
        var folders = Enumerable.Range(0, 4).Select(_ => new TempFolder()).ToList();
        foreach (var folder in folders)
            PostgresPlatform.ShareHome(_folder.Path, folder.Path);
        var started = await Task.WhenAll(folders.Select(folder => PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), folder.Path, WithTestMigrations)));
        foreach (var platform in started)
        {
            Assert.Contains("test_second", await TablesAsync(platform));
            await platform.DisposeAsync();
        }

        folders.ForEach(folder => folder.Dispose());
    }

    private Task<PostgresPlatform> StartAsync(Action<IServiceCollection>? configure = null) =>
        PostgresPlatform.StartAsync(TestPostgres.ConnectionString(_database), _folder.Path, configure);

    private static Task<HashSet<string>> TablesAsync(PostgresPlatform platform) => platform.Database.ReadAsync((connection, _) => Task.FromResult(
        connection.Query<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'").ToHashSet()));
}
