using System.Reflection;
using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>What a folder must not hold after a crash and a start: edges that lead nowhere, files in the making.</summary>
internal static class Leftovers
{
    private static readonly string[] Rooms = ["Ledger", "Data", "Features", "Training", "Pipelines", "Serving", "Monitoring", "Server"];

    /// <summary>A database is opened only by who knows its whole schema.</summary>
    public static void KnowSchema(IServiceCollection services)
    {
        foreach (var room in Rooms)
            MigrationSource.Add(services, Assembly.Load($"Orrery.{room}"));
    }

    public static async Task CheckAsync(TestPlatform platform)
    {
        Assert.Equal(["ok"], await TextsAsync(platform, "PRAGMA integrity_check"));
        Assert.Empty(await TextsAsync(platform, "PRAGMA foreign_key_check"));
        Assert.Empty(await TextsAsync(platform, """
            SELECT from_node || ' → ' || to_node FROM (
                SELECT from_node, to_node, from_node AS node FROM lineage_edges UNION ALL SELECT from_node, to_node, to_node FROM lineage_edges)
            WHERE (node LIKE 'version:%' AND substr(node, 9) NOT IN (SELECT id FROM asset_versions))
               OR (node LIKE 'run:%' AND substr(node, 5) NOT IN (SELECT id FROM runs))
            """));
        Assert.Empty(await TextsAsync(platform, "SELECT id FROM asset_versions v WHERE NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = v.asset_id AND a.latest_version >= v.number)"));
        Assert.Empty(await TextsAsync(platform, "SELECT key FROM platform_work"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
        Assert.DoesNotContain(Directory.EnumerateFiles(platform.Path, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private static Task<List<string>> TextsAsync(TestPlatform platform, string sql) => platform.Database.ReadAsync((connection, _) => Task.FromResult(connection.Query<string>(sql).ToList()));
}
