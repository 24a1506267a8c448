using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Blobs;

namespace Orrery.Serving.Runtimes;

/// <summary>
/// The models in memory, one session for each version digest however many endpoints and arms use it. Loading happens in the caller's task, never in a
/// request's; the last one who lets go of a model disposes it.
/// </summary>
internal sealed class LoadedModels(IBlobStore blobs, IOptions<ServingOptions> options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, Entry> _entries = [];

    /// <summary>How many are loaded.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>The model of a version, loaded if it is not yet.</summary>
    /// <exception cref="InvalidException">It is not a model that can be served.</exception>
    public async Task<ModelLease> AcquireAsync(AssetVersion version, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(version.Digest, out entry!))
                _entries[version.Digest] = entry = new(LoadAsync(version));
            entry.Uses++;
        }

        try
        {
            return new(this, version.Digest, await entry.Model.WaitAsync(cancellationToken));
        }
        catch
        {
            await ReleaseAsync(version.Digest, entry);
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values)
                _ = DisposeAsync(entry);
            _entries.Clear();
        }
    }

    internal void Release(Digest digest)
    {
        Entry? entry;
        lock (_gate)
            entry = _entries.GetValueOrDefault(digest);
        if (entry is not null)
            _ = ReleaseAsync(digest, entry);
    }

    private async Task ReleaseAsync(Digest digest, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Uses > 0 || !_entries.Remove(digest))
                return;
        }

        await DisposeAsync(entry);
    }

    private static async Task DisposeAsync(Entry entry)
    {
        try
        {
            (await entry.Model).Dispose();
        }
        catch (Exception error) when (error is OrreryException or OperationCanceledException or IOException)
        {
            // It never loaded; whoever asked for it has been told.
        }
    }

    private Task<OnnxModel> LoadAsync(AssetVersion version) => Task.Run(async () =>
    {
        if (version.Kind != AssetKind.Model)
            throw new InvalidException($"{version.Ref} is a {version.Kind}; an endpoint serves a model.");
        var manifest = version.Read<ModelManifest>();
        var content = await blobs.ReadAsync(manifest.Content, options.Value.MaxModelBytes);
        return OnnxModel.Load(content, version.Ref.ToString(), manifest);
    });

    private sealed class Entry(Task<OnnxModel> model)
    {
        public Task<OnnxModel> Model { get; } = model;

        public int Uses { get; set; }
    }
}

/// <summary>The right to run a model; the model stays in memory until it is disposed.</summary>
internal sealed class ModelLease(LoadedModels models, Digest digest, OnnxModel model) : IDisposable
{
    private int _disposed;

    public OnnxModel Model { get; } = model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            models.Release(digest);
    }
}
