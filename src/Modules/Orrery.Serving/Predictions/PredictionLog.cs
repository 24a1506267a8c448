using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Signals;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Plans;

namespace Orrery.Serving.Predictions;

/// <summary>
/// Writes an endpoint's predictions to its stream behind the requests: a bounded queue, and one writer that appends all that waits as one batch, so that
/// a flush to disk is shared. A full queue makes requests wait.
/// </summary>
internal sealed class PredictionLog : IAsyncDisposable
{
    // Records in one append: about a millisecond of columnar work, between two flushes of 2 to 3 ms each.
    private const int MaxBatch = 2048;

    // What comes within it shares a wake-up, an append and a flush, in place of one wake-up for each request.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    private readonly string _endpoint;
    private readonly ISignalLog _signals;
    private readonly ILogger _logger;
    private readonly Channel<Item> _queue;
    private readonly Task _writer;
    private readonly string _stream;
    private SignalBatch? _batch; // One for all appends: its columns are most of what logging a prediction would allocate.
    private LogColumns? _columns;
    private ISignalStream? _open;

    public PredictionLog(string endpoint, ISignalLog signals, ILogger logger, int capacity)
    {
        (_endpoint, _signals, _logger, _stream) = (endpoint, signals, logger, PredictionStream.Name(endpoint));
        _queue = Channel.CreateBounded<Item>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Whether the prediction of this id belongs to a sample; the same id always does or never.</summary>
    public static bool Samples(Share sample, string id) =>
        sample.Value >= 1 || (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan())) >> 11) * (1.0 / (1UL << 53)) < sample.Value;

    /// <summary>Takes the prediction over; waits where the queue is full.</summary>
    public ValueTask AddAsync(Prediction prediction) => _queue.Writer.TryWrite(new(prediction, null)) ? default : AddSlowlyAsync(prediction);

    /// <summary>Completes when all that was added before is durable.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new(null, done), cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
    }

    private async ValueTask AddSlowlyAsync(Prediction prediction)
    {
        try
        {
            await _queue.Writer.WriteAsync(new(prediction, null));
        }
        catch (ChannelClosedException)
        {
            // The server is going down; the answer was given.
            ServingMetrics.LostPredictions.Add(prediction.Rows, new KeyValuePair<string, object?>("endpoint", _endpoint));
        }
    }

    private async Task WriteAsync()
    {
        var flushes = new List<TaskCompletionSource>();
        Item? held = null;
        while (held is not null || await _queue.Reader.WaitToReadAsync())
        {
            if (held is null && _queue.Reader.Count < MaxBatch)
                await Task.Delay(Linger);
            var first = held;
            held = null;
            _batch?.Clear();
            LogColumns? columns = null;
            while ((first ?? Next()) is { } item)
            {
                first = null;
                if (item.Prediction is not { } prediction)
                {
                    flushes.Add(item.Flushed!);
                    continue;
                }

                if (columns is not null && !ReferenceEquals(columns, prediction.Columns))
                {
                    // The plan was swapped: what comes now has other columns and goes into the next batch.
                    held = item;
                    break;
                }

                columns = prediction.Columns;
                if (!ReferenceEquals(_batch?.Schema, columns.Schema))
                    _batch = new(columns.Schema);
                Write(_batch!, prediction);
                prediction.Recycle();
                if (_batch!.Count >= MaxBatch)
                    break;
            }

            if (columns is not null)
                await AppendAsync(_batch!, columns);
            foreach (var flush in flushes)
                flush.SetResult();
            flushes.Clear();
        }
    }

    private Item? Next() => _queue.Reader.TryRead(out var item) ? item : null;

    private async Task AppendAsync(SignalBatch batch, LogColumns columns)
    {
        try
        {
            if (!ReferenceEquals(columns, _columns))
                (_open, _columns) = (_signals.Open(_stream, columns.Schema), columns);
            await _open!.AppendAsync(batch);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The callers have their answers. Serving goes on where the disk is full, and says what is lost.
            ServingLog.PredictionsLost(_logger, batch.Count, _endpoint, error);
            ServingMetrics.LostPredictions.Add(batch.Count, new KeyValuePair<string, object?>("endpoint", _endpoint));
        }
    }

    private static void Write(SignalBatch batch, Prediction prediction)
    {
        var columns = prediction.Columns;
        foreach (var (arm, index, scores) in prediction.Scored())
        {
            for (var row = 0; row < scores.Rows; row++)
            {
                batch.Add(prediction.At, scores.Rows == 1 ? prediction.Id! : FormattableString.Invariant($"{prediction.Id}:{row}"))
                    .Set(LogOrdinals.Version, (long)arm.Version.Number)
                    .Set(LogOrdinals.Arm, arm.Name)
                    .Set(LogOrdinals.Served, prediction.Serves(arm))
                    .Set(LogOrdinals.Score, scores.Values[row])
                    .Set(LogOrdinals.LatencyMs, prediction.LatencyMs);
                var numbers = prediction.Values.Numbers.Slice(row * prediction.NumberSlots, prediction.NumberSlots);
                foreach (var (column, slot) in columns.Numbers[index])
                    batch.Set(column, numbers[slot]);
                var texts = prediction.Values.Texts.Slice(row * prediction.TextSlots, prediction.TextSlots);
                foreach (var (column, slot) in columns.Texts)
                    batch.Set(column, texts[slot].Text);
            }
        }
    }

    private readonly record struct Item(Prediction? Prediction, TaskCompletionSource? Flushed);
}

/// <summary>Where the fixed columns of a prediction record are, after <c>time</c> and <c>id</c>.</summary>
internal static class LogOrdinals
{
    private static readonly SignalSchema Fixed = PredictionStream.Schema([], []);

    public static readonly int Version = Fixed.Ordinal(PredictionStream.Version);
    public static readonly int Arm = Fixed.Ordinal(PredictionStream.Arm);
    public static readonly int Served = Fixed.Ordinal(PredictionStream.Served);
    public static readonly int Score = Fixed.Ordinal(PredictionStream.Score);
    public static readonly int LatencyMs = Fixed.Ordinal(PredictionStream.LatencyMs);
}
