using FluentMigrator;
using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orrery.Embedded;
using Orrery.Kernel;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

/// <summary>The first of a module's two migrations.</summary>
[Migration(99_000_001)]
public sealed class FirstOfTest : ForwardOnlyMigration
{
    public override void Up() => Create.Table("test_first").WithColumn("id").AsInt64().PrimaryKey();
}

/// <summary>The second fails where the database has a table that asks for it.</summary>
[Migration(99_000_002)]
public sealed class SecondOfTest : ForwardOnlyMigration
{
    public override void Up()
    {
        if (Schema.Table("please_fail").Exists())
            Execute.Sql("INSERT INTO there_is_no_such_table VALUES (1)");
        Create.Table("test_second").WithColumn("id").AsInt64().PrimaryKey();
    }
}

public sealed class MigrationTests
{
    private static readonly Action<IServiceCollection> WithTestMigrations = services => MigrationSource.Add(services, typeof(MigrationTests).Assembly);

    [Fact]
    public async Task A_modules_migrations_are_applied_to_a_new_and_to_an_older_database()
    {
        using var folder = new TempFolder();
        await using (var older = await TestPlatform.StartInAsync(folder))
            Assert.DoesNotContain("test_second", await TablesAsync(older));
        await using var newer = await TestPlatform.StartInAsync(folder, WithTestMigrations);
        Assert.Superset(new HashSet<string> { "platform_work", "test_first", "test_second" }, await TablesAsync(newer));
    }

    [Fact]
    public async Task A_database_that_this_build_migrated_is_left_alone()
    {
        using var folder = new TempFolder();
        await using (var first = await TestPlatform.StartInAsync(folder, WithTestMigrations))
            await first.Database.WriteAsync(c => c.Execute("DROP TABLE test_second; DELETE FROM VersionInfo WHERE Version = 99000002"));
        await using (var same = await TestPlatform.StartInAsync(folder, WithTestMigrations))
        {
            Assert.DoesNotContain("test_second", await TablesAsync(same)); // Only the fingerprint was looked at.
            await same.Database.WriteAsync(c => c.Execute("UPDATE orrery_schema SET fingerprint = 'another build'"));
        }

        await using var another = await TestPlatform.StartInAsync(folder, WithTestMigrations);
        Assert.Contains("test_second", await TablesAsync(another));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        using var folder = new TempFolder();
        await using (await TestPlatform.StartInAsync(folder, WithTestMigrations)) { }
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => TestPlatform.StartInAsync(folder));
        Assert.Contains("99000002", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
        await using var newer = await TestPlatform.StartInAsync(folder, WithTestMigrations);
        Assert.Contains("test_second", await TablesAsync(newer));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_its_pass()
    {
        using var folder = new TempFolder();
        await using (var older = await TestPlatform.StartInAsync(folder))
            await older.Database.WriteAsync(c => c.Execute("CREATE TABLE please_fail (id INTEGER)"));
        await Assert.ThrowsAnyAsync<Exception>(() => TestPlatform.StartInAsync(folder, WithTestMigrations));
        await using (var still = await TestPlatform.StartInAsync(folder))
        {
            Assert.DoesNotContain("test_first", await TablesAsync(still));
            await still.Database.WriteAsync(c => c.Execute("DROP TABLE please_fail"));
        }

        await using var mended = await TestPlatform.StartInAsync(folder, WithTestMigrations);
        Assert.Superset(new HashSet<string> { "test_first", "test_second" }, await TablesAsync(mended));
    }

    [Fact]
    public async Task A_host_has_migrated_when_it_is_started_and_does_not_start_where_it_cannot()
    {
        using var folder = new TempFolder();
        using (var host = Host(WithTestMigrations))
        {
            await host.StartAsync();
            Assert.Contains("test_second", await host.Services.GetRequiredService<IDatabase>().ReadAsync((c, _) => Task.FromResult(Tables(c))));
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        var older = Host(_ => { });
        await Assert.ThrowsAsync<PreconditionFailedException>(() => older.StartAsync());
        await ((IAsyncDisposable)older).DisposeAsync();

        IHost Host(Action<IServiceCollection> configure)
        {
            var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Services.AddEmbeddedPlatform(new DataFolder(folder.Path));
            configure(builder.Services);
            return builder.Build();
        }
    }

    private static Task<HashSet<string>> TablesAsync(TestPlatform platform) => platform.Database.ReadAsync((c, _) => Task.FromResult(Tables(c)));

    private static HashSet<string> Tables(DataConnection connection) => [.. connection.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'")];
}
