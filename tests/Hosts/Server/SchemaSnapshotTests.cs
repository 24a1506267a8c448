using System.Globalization;
using System.Text;
using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Embedded;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

/// <summary>
/// What the migrations amount to is committed as one script, so that an empty folder is ready at once.
/// <c>ORRERY_UPDATE_SCHEMA=1 ./test Hosts</c> writes it anew.
/// </summary>
public sealed class SchemaSnapshotTests
{
    private static string Committed => Path.Combine(Repository.Root, "src", "Hosts", "Orrery.Server", "schema.sql");

    [Fact]
    public async Task The_committed_script_is_what_the_migrations_make()
    {
        await using var server = await TestServer.StartAsync();
        using var folder = new TempFolder();
        var services = new ServiceCollection().AddEmbeddedPlatform(new DataFolder(folder.Path));
        foreach (var source in server.App.Services.GetServices<MigrationSource>())
            services.AddSingleton(source);
        await using var migrated = services.BuildServiceProvider();
        await EmbeddedPlatform.MigrateAsync(migrated);

        var script = await ScriptAsync(migrated.GetRequiredService<IDatabase>());
        if (Environment.GetEnvironmentVariable("ORRERY_UPDATE_SCHEMA") == "1")
        {
            await using var writer = new StreamWriter(Committed);
            await writer.WriteAsync(script);
        }
        else
        {
            Assert.Equal(await File.ReadAllTextAsync(Committed), script);
            Assert.Equal(script, await ScriptAsync(server.Get<IDatabase>()));
        }
    }

    private static Task<string> ScriptAsync(IDatabase database) => database.ReadAsync((connection, _) =>
    {
        var text = new StringBuilder("-- What the migrations amount to, for an empty database. Written by ORRERY_UPDATE_SCHEMA=1 ./test Hosts; never edit it.\n");
        foreach (var statement in connection.Query<string>(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'orrery_schema' ORDER BY rowid"))
            text.Append(statement).Append(";\n");
        foreach (var table in connection.Query<string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'orrery_schema' ORDER BY rowid").ToArray())
        {
            var columns = connection.Query<string>($"SELECT name FROM pragma_table_info('{table}') ORDER BY cid").ToArray();
            var literals = columns.Select(column => column == "AppliedOn" ? "'datetime(''now'')'" : $"""quote("{column}")""");
            foreach (var row in connection.Query<string>($"""SELECT {string.Join(" || ', ' || ", literals)} FROM "{table}" ORDER BY 1"""))
                text.Append(CultureInfo.InvariantCulture, $"INSERT INTO \"{table}\" ({string.Join(", ", columns)}) VALUES ({row});\n");
        }

        return Task.FromResult(text.ToString());
    });
}
