using Microsoft.Extensions.Options;
using Orrery.Kernel.Provenance;
using Orrery.Platform.Blobs;

namespace Orrery.Ledger.Runs;

/// <summary>
/// Keeps which code ran beside a run: the checkout's difference to its commit and the lock files, as artifacts below <c>environment/</c>. Content that is there already is not written
/// again, and runs that start within a moment share one look, since each asks git.
/// </summary>
internal sealed class RunCode(IBlobStore blobs, IOptions<LedgerOptions> options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _looking = new(1);
    private IReadOnlyList<RunArtifactRow> _seen = [];
    private DateTimeOffset _seenAt = DateTimeOffset.MinValue;

    /// <summary>The artifacts of a run that starts now; their content is stored.</summary>
    public async Task<IReadOnlyList<RunArtifactRow>> KeepAsync(string run, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (now - _seenAt > Moment || now < _seenAt)
                (_seen, _seenAt) = (await LookAsync(cancellationToken), now);
            return [.. _seen.Select(file => file with { RunId = run })];
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task<IReadOnlyList<RunArtifactRow>> LookAsync(CancellationToken cancellationToken)
    {
        var rows = new List<RunArtifactRow>();
        foreach (var file in await CodeFiles.OfAsync(options.Value.CodeFolder, cancellationToken))
        {
            var content = await blobs.PutAsync(new MemoryStream(file.Content), cancellationToken);
            rows.Add(new() { Path = file.Path, Digest = content.Digest.ToString(), Length = content.Length, MediaType = file.MediaType });
        }

        return rows;
    }
}
