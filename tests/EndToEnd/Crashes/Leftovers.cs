using System.Reflection;
using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>What a folder must not hold after a crash and a start: edges and names that lead nowhere, files in the making.</summary>
internal static class Leftovers
{
    private static readonly string[] Rooms = ["Ledger", "Data", "Features", "Training", "Pipelines", "Serving", "Monitoring", "Gateway", "Server"];

    private const string NamedInManifestsOnSqlite = """
        SELECT json_extract(file.value, '$.digest') || ' (dataset/' || a.name || ':' || min(v.number) || ')'
            FROM asset_versions v JOIN assets a ON a.id = v.asset_id, json_each(v.manifest, '$.files') file WHERE a.kind = 'dataset' GROUP BY a.name, json_extract(file.value, '$.digest') UNION ALL
        SELECT json_extract(v.manifest, path.value) || ' (model/' || a.name || ':' || v.number || ')'
            FROM asset_versions v JOIN assets a ON a.id = v.asset_id, json_each('["$.content", "$.native", "$.transform"]') path
            WHERE a.kind = 'model' AND length(json_extract(v.manifest, path.value)) = 64
        """;

    private const string NamedInManifestsOnPostgres = """
        SELECT (file ->> 'digest') || ' (dataset/' || a.name || ':' || min(v.number) || ')'
            FROM asset_versions v JOIN assets a ON a.id = v.asset_id, jsonb_array_elements(v.manifest::jsonb -> 'files') file WHERE a.kind = 'dataset' GROUP BY a.name, file ->> 'digest' UNION ALL
        SELECT (v.manifest::jsonb ->> path) || ' (model/' || a.name || ':' || v.number || ')'
            FROM asset_versions v JOIN assets a ON a.id = v.asset_id, unnest(ARRAY['content', 'native', 'transform']) path
            WHERE a.kind = 'model' AND length(v.manifest::jsonb ->> path) = 64
        """;

    /// <summary>A database is opened only by who knows its whole schema.</summary>
    public static void KnowSchema(IServiceCollection services)
    {
        foreach (var room in Rooms)
            MigrationSource.Add(services, Assembly.Load($"Orrery.{room}"));
    }

    public static async Task CheckAsync(TestPlatform platform)
    {
        if (!TestDatabase.IsPostgres)
        {
            Assert.Equal(["ok"], await TextsAsync(platform, "PRAGMA integrity_check"));
            Assert.Empty(await TextsAsync(platform, "PRAGMA foreign_key_check"));
        }

        Assert.Empty(await TextsAsync(platform, """
            SELECT from_node || ' → ' || to_node FROM (
                SELECT from_node, to_node, from_node AS node FROM lineage_edges UNION ALL SELECT from_node, to_node, to_node FROM lineage_edges) AS ends
            WHERE (node LIKE 'version:%' AND substr(node, 9) NOT IN (SELECT id FROM asset_versions))
               OR (node LIKE 'run:%' AND substr(node, 5) NOT IN (SELECT id FROM runs))
            """));
        Assert.Empty(await TextsAsync(platform, "SELECT id FROM asset_versions v WHERE NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = v.asset_id AND a.latest_version >= v.number)"));
        Assert.Empty(await TextsAsync(platform, "SELECT key FROM platform_work"));
        await CheckContentAsync(platform);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
        Assert.DoesNotContain(Directory.EnumerateFiles(platform.Path, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    /// <summary>Whatever the ledger names by digest is there, and is what its name says.</summary>
    private static async Task CheckContentAsync(TestPlatform platform)
    {
        var missing = new List<string>();
        foreach (var named in await TextsAsync(platform, $"""
            SELECT digest || ' (artifact ' || path || ' of run ' || run_id || ')' FROM run_artifacts UNION ALL
            {(TestDatabase.IsPostgres ? NamedInManifestsOnPostgres : NamedInManifestsOnSqlite)}
            """))
        {
            var digest = Digest.Parse(named[..named.IndexOf(' ', StringComparison.Ordinal)]);
            if (await platform.Blobs.LengthAsync(digest) is null || !await platform.Blobs.VerifyAsync(digest))
                missing.Add(named);
        }

        Assert.True(missing.Count == 0, $"Content is named by the ledger and not there, or damaged: {string.Join(", ", missing)}");
    }

    private static Task<List<string>> TextsAsync(TestPlatform platform, string sql) => platform.Database.ReadAsync((connection, _) => Task.FromResult(connection.Query<string>(sql).ToList()));
}
