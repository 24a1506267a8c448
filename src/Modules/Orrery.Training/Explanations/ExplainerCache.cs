using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Blobs;
using Orrery.Preparation;
using Orrery.Training.Evaluation;
using Orrery.Training.Learners;
using Orrery.Training.Scoring;

namespace Orrery.Training.Explanations;

/// <summary>A model loaded for explaining.</summary>
internal sealed record Explainer(FittedTransform Transform, INativeModel Native, Attributions Attributions);

/// <summary>
/// Keeps the models that were explained last: loading one parses megabytes of text, explaining takes microseconds. A model that is pushed
/// out is freed when the last explanation that uses it ends.
/// </summary>
internal sealed class ExplainerCache(IBlobStore blobs, IOptions<TrainingOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly LinkedList<Entry> _entries = []; // the one used last is first

    /// <summary>The loaded model, held until the lease is disposed.</summary>
    public async Task<Lease> GetAsync(AssetVersion version, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var entry = _entries.FirstOrDefault(e => e.Version == version.Id);
            if (entry is null)
            {
                entry = new(version.Id, await LoadAsync(version, cancellationToken));
                if (_entries.Count >= options.Value.LoadedExplainers)
                {
                    _entries.Last!.Value.Release();
                    _entries.RemoveLast();
                }
            }
            else
                _entries.Remove(entry);

            _entries.AddFirst(entry);
            return entry.Hold();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries)
            entry.Release();
        _entries.Clear();
        _gate.Dispose();
    }

    private async Task<Explainer> LoadAsync(AssetVersion version, CancellationToken cancellationToken)
    {
        var manifest = version.Read<ModelManifest>();
        if (manifest is not { Native: { } native, Transform: { } transform })
            throw new InvalidException($"{version.Ref} has no native form or no transform beside its graph; only models trained here can be explained.");
        var fitted = FittedTransform.FromJson(await blobs.ReadAsync(transform, ModelLimits.MaxNativeBytes, cancellationToken));
        var model = NativeModel.Load(manifest.Trainer, await blobs.ReadAsync(native, ModelLimits.MaxNativeBytes, cancellationToken));
        return new(fitted, model, new(fitted));
    }

    /// <summary>Counts who uses a model: the cache and each explanation under way.</summary>
    private sealed class Entry(VersionId version, Explainer explainer)
    {
        private int _holders = 1;

        public VersionId Version { get; } = version;

        public Lease Hold()
        {
            Interlocked.Increment(ref _holders);
            return new(explainer, Release);
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref _holders) == 0)
                explainer.Native.Dispose();
        }
    }

    /// <summary>Holds a model for one explanation.</summary>
    public sealed class Lease(Explainer explainer, Action release) : IDisposable
    {
        public Explainer Explainer { get; } = explainer;

        public void Dispose() => release();
    }
}
