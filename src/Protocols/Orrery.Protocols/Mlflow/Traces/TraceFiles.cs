using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Artifacts;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Protocols.Mlflow.Artifacts;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>
/// The files in which clients before 3.4 keep the spans of their traces: their spans are taken in, so that those traces are searched and shown like all others.
/// </summary>
internal sealed partial class TraceFiles(IServiceProvider services)
{
    private const string Folder = "traces";
    private const string Below = "artifacts";

    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);
    private readonly Lazy<IArtifactTree> _tree = new(services.GetRequiredService<IArtifactTree>);
    private readonly Lazy<IBlobStore> _blobs = new(services.GetRequiredService<IBlobStore>);
    private readonly Lazy<IOptions<LedgerOptions>> _options = new(services.GetRequiredService<IOptions<LedgerOptions>>);
    private readonly Lazy<ILogger<TraceFiles>> _logger = new(services.GetRequiredService<ILogger<TraceFiles>>);

    /// <summary>Takes in the spans of a file that was just uploaded, if it is the file of a trace that has none. Whatever is wrong with it, it was uploaded.</summary>
    public async Task UploadedAsync(Caller caller, string path, Blob content, CancellationToken cancellationToken)
    {
        if (path.Split('/') is not [.., Folder, var id, Below, TraceFile.Name])
            return;
        try
        {
            if (await _traces.Value.FindAsync(caller, [id], cancellationToken) is [{ Spans: 0 } trace])
                await TakeInAsync(caller, trace, await ReadAsync(content, cancellationToken), cancellationToken);
        }
        catch (OrreryException error)
        {
            NotTakenIn(_logger.Value, id, error);
        }
    }

    /// <summary>
    /// The spans that a client asks for as the file of a trace, where they came without one; null where it asks for something else, or there is a file. So
    /// clients before 3.6, which know spans from files alone, read the traces of any exporter.
    /// </summary>
    public async Task<(string Trace, IReadOnlyList<TraceSpan> Spans)?> FindAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        if (path.Split('/') is not [.., Folder, var id, Below, TraceFile.Name] || await FileAsync(caller, path, cancellationToken) is not null)
            return null;
        return await _traces.Value.FindAsync(caller, [id], cancellationToken) is [{ Spans: > 0 }] ? (id, await _traces.Value.SpansAsync(caller, id, cancellationToken)) : null;
    }

    /// <summary>The spans of a trace: those that came, or else those in its file, which are kept from then on.</summary>
    /// <exception cref="NotFoundException">There is no such trace.</exception>
    public async Task<IReadOnlyList<TraceSpan>> SpansAsync(Caller caller, Trace trace, CancellationToken cancellationToken)
    {
        if (trace.Spans == 0 && await FindAsync(caller, trace, cancellationToken) is { } file)
            await TakeInAsync(caller, trace, file, cancellationToken);
        return await _traces.Value.SpansAsync(caller, trace.Id, cancellationToken);
    }

    private async Task TakeInAsync(Caller caller, Trace trace, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        var receipt = await _traces.Value.AttachAsync(caller, trace.Id, TraceFile.Read(file), cancellationToken);
        if (receipt.Reason is { } reason)
            SomeLeftOut(_logger.Value, trace.Id, receipt.Rejected, reason);
    }

    private async Task<ReadOnlyMemory<byte>?> FindAsync(Caller caller, Trace trace, CancellationToken cancellationToken)
    {
        if (ArtifactUris.Folder(trace.ArtifactUri) is { } folder)
        {
            if (await FileAsync(caller, $"{folder}/{TraceFile.Name}", cancellationToken) is { } content)
                return await ReadAsync(content, cancellationToken);
            return null; // not within a conditional expression, whose null would be an empty memory
        }

        return await LocalTraceFile.ReadAsync(_options.Value.Value.ArtifactRoot, trace.ArtifactUri, cancellationToken);
    }

    private async Task<Blob?> FileAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await _tree.Value.GetAsync(caller, path, cancellationToken)).Content;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Blob content, CancellationToken cancellationToken)
    {
        if (content.Length > TraceFile.MaxBytes)
            throw new QuotaExceededException($"The file has {content.Length} bytes; the spans of at most {TraceFile.MaxBytes} are read.");
        return await _blobs.Value.ReadAsync(content.Digest, TraceFile.MaxBytes, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The spans of the trace {Trace} stay in its file.")]
    private static partial void NotTakenIn(ILogger logger, string trace, Exception error);

    [LoggerMessage(LogLevel.Warning, "{Rejected} spans of the trace {Trace} stay in its file: {Reason}")]
    private static partial void SomeLeftOut(ILogger logger, string trace, int rejected, string reason);
}
