using System.Buffers;
using System.Text;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Signals;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Crash;

/// <summary>Checks a data folder after a crash: every acknowledged write is there, and no half of any.</summary>
internal static class Survivors
{
    public static Task CheckAsync(string port, TestPlatform platform, IReadOnlyList<string> said)
    {
        var acknowledged = said.Where(l => l.StartsWith("ok ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1..]).ToList();
        return port switch
        {
            "database" => CheckDatabaseAsync(platform, acknowledged),
            "blobs" => CheckBlobsAsync(platform, acknowledged),
            "keyvalues" => CheckKeyValuesAsync(platform, acknowledged),
            "signals" => CheckSignalsAsync(platform, acknowledged),
            _ => CheckWorkAsync(platform, acknowledged, said),
        };
    }

    private static async Task CheckDatabaseAsync(TestPlatform platform, List<string[]> acknowledged)
    {
        var a = await KeysAsync("crash_a");
        var b = await KeysAsync("crash_b");
        Assert.Equal(a, b);
        Assert.Empty(acknowledged.Select(w => w[0]).Except(a));
        Assert.DoesNotContain(a, k => int.Parse(k.Split('-')[2]) % 10 == 9);
        if (!TestDatabase.IsPostgres)
            Assert.Equal(["ok"], await platform.Database.ReadAsync((c, _) => Task.FromResult(c.Query<string>("PRAGMA integrity_check").ToList())));

        Task<HashSet<string>> KeysAsync(string table) => platform.Database.ReadAsync((c, _) => Task.FromResult(
            c.Execute<int>(TestDatabase.IsPostgres
                ? $"SELECT count(*) FROM information_schema.tables WHERE table_name = '{table}'"
                : $"SELECT count(*) FROM sqlite_master WHERE name = '{table}'") == 0 ? [] : c.Query<string>($"SELECT k FROM {table}").ToHashSet()));
    }

    private static async Task CheckBlobsAsync(TestPlatform platform, List<string[]> acknowledged)
    {
        foreach (var write in acknowledged)
            Assert.NotNull(await platform.Blobs.LengthAsync(Digest.Parse(write[1])));
        var folder = Directory.CreateDirectory(Path.Combine(platform.Path, "blobs")); // A kill may come before the store is made.
        foreach (var path in Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories))
            Assert.True(await platform.Blobs.VerifyAsync(Digest.Parse(Path.GetFileName(Path.GetDirectoryName(path)!) + Path.GetFileName(path))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
    }

    private static async Task CheckKeyValuesAsync(TestPlatform platform, List<string[]> acknowledged)
    {
        var space = platform.KeyValues.Space("crash");
        foreach (var write in acknowledged)
            Assert.True(space.TryGet(Encoding.UTF8.GetBytes($"a/{write[0]}"), new ArrayBufferWriter<byte>()), $"{write[0]} is lost");
        Assert.Equal(await NamesAsync("a/"), await NamesAsync("b/"));

        async Task<List<string>> NamesAsync(string prefix)
        {
            var names = new List<string>();
            await foreach (var (key, _) in space.ScanAsync(Encoding.UTF8.GetBytes(prefix)))
                names.Add(Encoding.UTF8.GetString(key)[2..]);
            return names;
        }
    }

    private static async Task CheckSignalsAsync(TestPlatform platform, List<string[]> acknowledged)
    {
        if (platform.Signals.Find("crash") is not { } stream)
        {
            Assert.Empty(acknowledged);
            return;
        }

        var ids = new List<string>();
        var counts = new List<long>();
        await foreach (var batch in stream.ReadAsync(0))
        {
            Assert.Equal(ids.Count, batch.FirstOffset);
            for (var row = 0; row < batch.Count; row++)
            {
                ids.Add(batch.IdAt(row));
                counts.Add(batch["count"].Int64(row));
            }
        }

        Assert.Equal(stream.End, ids.Count);
        for (var row = 0; row < ids.Count; row += (int)counts[row])
            Assert.Equal(Enumerable.Repeat(ids[row], (int)counts[row]), ids.Skip(row).Take((int)counts[row]));
        Assert.All(acknowledged, w => Assert.Equal((w[0], w[2]), (ids[int.Parse(w[1])], $"{counts[int.Parse(w[1])]}")));
        await CheckFilesAsync(platform, stream);
    }

    private static async Task CheckFilesAsync(TestPlatform platform, ISignalStream stream)
    {
        var files = await stream.FilesAsync();
        if (files.Count == 0)
            return;
        using var session = platform.Analytics.Open();
        using var command = session.CreateCommand();
        command.CommandText = $"SELECT count(*), count(DISTINCT \"offset\"), max(\"offset\") + 1 FROM {Orrery.Platform.Analytics.Sql.Parquet(files)}";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal((stream.End, stream.End, stream.End), (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
    }

    private static async Task CheckWorkAsync(TestPlatform platform, List<string[]> acknowledged, IReadOnlyList<string> said)
    {
        var unfinished = await platform.Database.ReadAsync((c, _) => Task.FromResult(c.Query<string>("SELECT key FROM platform_work WHERE queue = 'crash'").ToHashSet()));
        var completing = Second(said, "completing ");
        Assert.Empty(unfinished.Intersect(Second(said, "completed ")));
        Assert.Empty(acknowledged.Select(w => w[0]).Except(unfinished).Except(completing));
        Assert.Equal(unfinished.Count, await platform.Work.CountAsync("crash"));
    }

    private static HashSet<string> Second(IReadOnlyList<string> said, string start) => [.. said.Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l[start.Length..])];
}
