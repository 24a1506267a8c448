using System.Collections.Concurrent;
using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Logging;
using Orrery.Embedded.Folder;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals;

/// <summary>Streams as folders below <c>signals</c>; cursors as rows of the database. A stream's files are read at its first use.</summary>
internal sealed class FileSignalLog(OwnedFolder folder, IDatabase database, ILogger<FileSignalLog> logger) : ISignalLog, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SignalStream> _streams = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private readonly string _root = folder.Sub("signals");
    private bool _closed;

    /// <inheritdoc/>
    public ISignalStream Open(string name, SignalSchema schema)
    {
        StreamFolder.CheckName(name);
        ArgumentNullException.ThrowIfNull(schema);
        var stream = Existing(name) ?? Create(name, schema);
        stream.Widen(schema);
        return stream;
    }

    /// <inheritdoc/>
    public ISignalStream? Find(string name)
    {
        StreamFolder.CheckName(name);
        return Existing(name);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return [.. Directory.EnumerateDirectories(_root, StreamFolder.LogFolder, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_root, Path.GetDirectoryName(path)!).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => IsBelow(name, prefix) && new StreamFolder(_root, name).Exists)
            .Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public Task<long> GetCursorAsync(string consumer, string stream, CancellationToken cancellationToken = default) => database.ReadAsync(
        (c, token) => c.GetTable<CursorRow>().Where(r => r.Consumer == consumer && r.Stream == stream).Select(r => r.Next).FirstOrDefaultAsync(token), cancellationToken);

    /// <inheritdoc/>
    public Task SetCursorAsync(string consumer, string stream, long next, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumer);
        StreamFolder.CheckName(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(next);
        return database.WriteAsync(c => c.InsertOrReplace(new CursorRow { Consumer = consumer, Stream = stream, Next = next }), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_opening)
            _closed = true;
        foreach (var stream in _streams.Values)
            await stream.DisposeAsync();
    }

    private static bool IsBelow(string name, string prefix) =>
        prefix.Length == 0 || name == prefix || name.StartsWith(prefix.EndsWith('/') ? prefix : prefix + "/", StringComparison.Ordinal);

    private SignalStream? Existing(string name)
    {
        if (_streams.TryGetValue(name, out var open))
            return open;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var files = new StreamFolder(_root, name);
            return _streams.TryGetValue(name, out open) || !files.Exists ? open : Add(name, files, ChainRecovery.Open(name, files, logger));
        }
    }

    private SignalStream Create(string name, SignalSchema schema)
    {
        SignalSchemas.Check(name, schema);
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_streams.TryGetValue(name, out var open))
                return open;
            var files = new StreamFolder(_root, name);
            StorageErrors.Guard($"The signal stream '{name}'", () =>
            {
                DurableFolder.Create(files.Path);
                open = Add(name, files, ChainRecovery.Create(name, files, folder.ScratchPath, schema));
            });
            return open!;
        }
    }

    private SignalStream Add(string name, StreamFolder files, StreamChain chain) =>
        _streams[name] = new(name, files, folder.ScratchPath, chain, logger);
}
