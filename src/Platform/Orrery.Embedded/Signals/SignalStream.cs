using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orrery.Embedded.Folder;
using Orrery.Platform.GroupCommit;
using Orrery.Embedded.Signals.Segments;
using Orrery.Embedded.Signals.Tails;
using Orrery.Kernel;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals;

/// <summary>
/// A stream is a chain of offset ranges: Parquet segments, then rolled tails that wait to become segments, then the live tail. Every change
/// of the chain is one rename, so a crash leaves either the old chain or the new. See docs/design/signal-log.md.
/// </summary>
internal sealed partial class SignalStream : ISignalStream, IAsyncDisposable
{
    /// <summary>When a tail is rolled: large enough for Parquet to compress well, small enough to read after a crash in 20 ms.</summary>
    private const int RollRows = 64 * 1024;
    private const long RollBytes = 16 << 20;

    /// <summary>Rows that a batch read from the tail gathers.</summary>
    private const int ReadRows = 4096;

    private readonly StreamFolder _folder;
    private readonly string _scratch;
    private readonly ILogger _logger;
    private readonly GroupCommitter<SignalAppend> _appends;
    private readonly PayloadWriter _buffer = new();
    private readonly Lock _appending = new(); // Held while the live tail is written or rolled.
    private readonly StreamChain _chain;
    private readonly SemaphoreSlim _converting = new(1, 1);
    private SignalSchema? _fitting; // The batch schema that was checked last: appenders keep one, and columns never go.
    private Task _background = Task.CompletedTask;

    public SignalStream(string name, StreamFolder folder, string scratch, StreamChain chain, ILogger logger)
    {
        Name = name;
        _folder = folder;
        _scratch = scratch;
        _logger = logger;
        _chain = chain;
        _appends = new("signals", Commit);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public SignalSchema Schema => _chain.Live.Schema;

    /// <inheritdoc/>
    public long End => _chain.Live.End;

    /// <inheritdoc/>
    public async Task<long> AppendAsync(SignalBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!ReferenceEquals(_fitting, batch.Schema))
        {
            SignalSchemas.CheckFits(Name, Schema, batch.Schema);
            _fitting = batch.Schema;
        }

        if (batch.Count == 0)
            return End;
        var append = new SignalAppend(batch);
        return await _appends.CommitAsync(append, append.Settled, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SignalBatch> ReadAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        await Task.CompletedTask; // Local files: there is nothing to wait for.
        var end = End;
        while (from < end)
        {
            foreach (var batch in ReadNext(from))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return batch;
                from = batch.FirstOffset + batch.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SignalBatch> FollowAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await foreach (var batch in ReadAsync(from, cancellationToken))
            {
                yield return batch;
                from = batch.FirstOffset + batch.Count;
            }

            await _chain.PastAsync(from, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken = default)
    {
        long end;
        lock (_appending)
        {
            if (_chain.Live.Rows > 0)
                Roll(Schema);
            end = _chain.Live.First;
        }

        await ConvertAsync(cancellationToken);
        return [.. _chain.SegmentsBefore(end).Select(s => s.Path)];
    }

    /// <summary>Adds the columns that the stream does not have yet, durably.</summary>
    /// <exception cref="ConflictException">It has one of them with another type.</exception>
    public void Widen(SignalSchema wanted)
    {
        lock (_appending)
        {
            var union = SignalSchemas.Union(Name, Schema, wanted);
            if (!ReferenceEquals(union, Schema))
                Roll(union);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _appends.DisposeAsync();
        _chain.EndWaits();
        await _background;
        _chain.Close();
        _converting.Dispose();
    }

    private void Commit(IReadOnlyList<SignalAppend> group)
    {
        lock (_appending)
        {
            // A group is one record, so that a crash tears all of it or nothing; a very large one is cut where the tail would be rolled anyway.
            for (var start = 0; start < group.Count;)
            {
                var (end, rows) = (start, 0);
                while (end < group.Count && (end == start || rows + group[end].Batch.Count <= RollRows))
                    rows += group[end++].Batch.Count;
                CommitRecord([.. group.Skip(start).Take(end - start)], rows);
                start = end;
            }
        }
    }

    private void CommitRecord(SignalAppend[] appends, int rows)
    {
        var live = _chain.Live;
        var first = live.End;
        try
        {
            _buffer.Clear();
            _buffer.Take(Frame.HeaderBytes);
            RecordCodec.Encode(_buffer, live.Schema, [.. appends.Select(a => a.Batch)]);
            var frame = _buffer.Written.Span;
            Frame.Seal(frame, first);
            live.Append(frame, rows);
        }
        catch (Exception error)
        {
            var refusal = StorageErrors.Translate(error, $"The signal stream '{Name}'");
            foreach (var append in appends)
                append.Fail(refusal);
            return;
        }

        _chain.Announce();
        foreach (var append in appends)
        {
            append.Complete(first);
            first += append.Batch.Count;
        }

        if (live.Rows >= RollRows || live.Bytes >= RollBytes)
            RollInBackground();
    }

    /// <summary>A roll that fails has lost nothing: the tail grows on, and the next commit tries again.</summary>
    private void RollInBackground()
    {
        try
        {
            Roll(Schema);
        }
        catch (UnavailableException error)
        {
            NotRolled(Name, error);
            return;
        }

        _background = _background.ContinueWith(_ => ConvertOrLogAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
    }

    private async Task ConvertOrLogAsync()
    {
        try
        {
            await ConvertAsync(CancellationToken.None);
        }
        catch (Exception error) // The border of background work; FilesAsync, or the next roll, tries again.
        {
            NotConverted(Name, error);
        }
    }

    /// <summary>Begins a new live tail.</summary>
    private void Roll(SignalSchema schema) => StorageErrors.Guard($"A new tail of the signal stream '{Name}'", () =>
        _chain.Roll(TailFile.Create(_folder, _scratch, End, schema)));

    /// <summary>Turns every rolled tail into a segment.</summary>
    private async Task ConvertAsync(CancellationToken cancellationToken)
    {
        await _converting.WaitAsync(cancellationToken);
        try
        {
            while (_chain.NextToConvert is { } tail)
                Convert(tail);
        }
        catch (Exception error)
        {
            throw StorageErrors.Translate(error, $"A segment of the signal stream '{Name}'");
        }
        finally
        {
            _converting.Release();
        }
    }

    private void Convert(TailFile tail)
    {
        var temporary = Path.Combine(_scratch, $"{Guid.CreateVersion7():N}.parquet");
        var segment = new Segment(tail.First, tail.End, _folder.SegmentPath(tail.First, tail.End));
        try
        {
            SegmentWriter.Write(temporary, tail);
            File.SetAttributes(temporary, FileAttributes.ReadOnly);
            DurableFolder.Rename(temporary, segment.Path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        _chain.Replace(tail, segment);
        File.Delete(tail.Path); // A crash before this leaves a tail whose range a segment covers: the next start removes it.
        tail.EndUse();
    }

    private IEnumerable<SignalBatch> ReadNext(long from)
    {
        var (segment, tail) = _chain.Locate(from);
        return segment is not null ? SegmentReader.Read(segment, Schema, from) : ReadTail(tail!, from);
    }

    private IEnumerable<SignalBatch> ReadTail(TailFile tail, long from)
    {
        try
        {
            var batch = new SignalBatch(Schema) { FirstOffset = from };
            foreach (var frame in tail.Frames(from))
            {
                tail.Read(frame, from, batch);
                if (batch.Count < ReadRows)
                    continue;
                yield return batch;
                batch = new SignalBatch(Schema) { FirstOffset = frame.End };
            }

            if (batch.Count > 0)
                yield return batch;
        }
        finally
        {
            tail.EndUse();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signal stream {Stream} could not begin a new tail; it goes on in the old one")]
    private partial void NotRolled(string stream, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signal stream {Stream} could not write a segment; its records stay in the tail")]
    private partial void NotConverted(string stream, Exception error);
}
