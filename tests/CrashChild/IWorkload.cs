using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Blobs;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.CrashChild;

/// <summary>Writes to one port what a test can check afterwards for being there and being whole.</summary>
internal interface IWorkload
{
    /// <summary>Makes what the writes need.</summary>
    Task PrepareAsync();

    /// <summary>Makes the <paramref name="i"/>th write of a writer and reports when it is acknowledged.</summary>
    Task WriteAsync(string name, int i, int bytes);
}

/// <summary>One transaction puts the same key into two tables: half of one would leave it in one alone. Every tenth throws in between.</summary>
internal sealed class DatabaseWorkload(IDatabase database) : IWorkload
{
    public Task PrepareAsync() => database.WriteAsync(c =>
    {
        c.Execute("CREATE TABLE IF NOT EXISTS crash_a (k TEXT PRIMARY KEY, v TEXT)");
        c.Execute("CREATE TABLE IF NOT EXISTS crash_b (k TEXT PRIMARY KEY)");
    });

    public async Task WriteAsync(string name, int i, int bytes)
    {
        try
        {
            await database.WriteAsync(connection =>
            {
                connection.Execute($"INSERT INTO crash_a VALUES ('{name}', '{new string('x', bytes)}')");
                if (i % 10 == 9)
                    throw new FormatException("as it should");
                connection.Execute($"INSERT INTO crash_b VALUES ('{name}')");
            });
        }
        catch (FormatException)
        {
            return;
        }

        Output.Acknowledged(name);
    }
}

/// <summary>Content that names itself by its digest.</summary>
internal sealed class BlobWorkload(IBlobStore blobs) : IWorkload
{
    public Task PrepareAsync() => Task.CompletedTask;

    public async Task WriteAsync(string name, int i, int bytes)
    {
        var content = new byte[bytes + i % 1000];
        System.Text.Encoding.UTF8.GetBytes(name).CopyTo(content, 0);
        var blob = await blobs.PutAsync(content);
        Output.Acknowledged(name, blob.Digest.ToString());
    }
}

/// <summary>One batch puts two keys.</summary>
internal sealed class KeyValueWorkload(IKeyValueStore store) : IWorkload
{
    private readonly IKeyValueSpace _space = store.Space("crash");

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task WriteAsync(string name, int i, int bytes)
    {
        var value = new byte[bytes];
        await _space.WriteAsync(new KeyValueBatch()
            .Put(System.Text.Encoding.UTF8.GetBytes($"a/{name}"), value)
            .Put(System.Text.Encoding.UTF8.GetBytes($"b/{name}"), []), i % 5 == 0 ? Durability.Relaxed : Durability.Durable);
        Output.Acknowledged(name);
    }
}

/// <summary>Batches of 1 to 300 records that say how many they are. The stream is sealed now and then, and often rolls.</summary>
internal sealed class SignalWorkload(ISignalLog log) : IWorkload
{
    private readonly ISignalStream _stream = log.Open("crash", new(new SignalColumn("count", SignalType.Int64), new SignalColumn("filler", SignalType.Text)));

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task WriteAsync(string name, int i, int bytes)
    {
        var count = 1 + i * 37 % 300;
        var batch = new SignalBatch(_stream.Schema);
        for (var row = 0; row < count; row++)
            batch.Add(DateTimeOffset.UnixEpoch, name).Set(2, (long)count).Set(3, new string('x', bytes));
        var first = await _stream.AppendAsync(batch);
        Output.Acknowledged(name, $"{first} {count}");
        if (i % 16 == 15)
            await _stream.FilesAsync();
    }
}

/// <summary>Items are added, and every second one is taken and completed; what is about to be completed is said before.</summary>
internal sealed class WorkWorkload(IWorkQueue queue) : IWorkload
{
    public Task PrepareAsync() => Task.CompletedTask;

    public async Task WriteAsync(string name, int i, int bytes)
    {
        await queue.EnqueueAsync("crash", name, new byte[Math.Min(bytes, 60_000)]);
        Output.Acknowledged(name);
        if (i % 2 == 0 || await queue.TryTakeAsync("crash", "child", TimeSpan.FromDays(1000)) is not { } item)
            return;
        Output.Say($"completing {item.Key}");
        if (!await queue.CompleteAsync(item))
            throw new OrreryException(ErrorCode.Internal, $"The lease of {item.Key} was lost though nobody else works here.");
        Output.Say($"completed {item.Key}");
    }
}
