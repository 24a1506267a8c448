using System.Threading.Channels;
using Microsoft.ML.OnnxRuntime;

namespace Orrery.Serving.Runtimes;

/// <summary>
/// Scores requests of one row together: the first one waits for others until the batch is full or its delay is over. It pays where a run costs about as much for
/// 32 rows as for one; a boosted tree of microseconds is faster without.
/// </summary>
internal sealed class BatchRunner : IDisposable
{
    private readonly OnnxModel _model;
    private readonly int _maxBatch;
    private readonly TimeSpan _maxDelay;
    private readonly TimeProvider _time;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });

    public BatchRunner(OnnxModel model, int maxBatch, TimeSpan maxDelay, TimeProvider time)
    {
        (_model, _maxBatch, _maxDelay, _time) = (model, maxBatch, maxDelay, time);
        _ = Task.Run(RunAllAsync);
    }

    /// <summary>Completes when the binding's outputs are there. The queue is as long as requests are in flight, which the server bounds.</summary>
    public async ValueTask RunAsync(OnnxBinding binding)
    {
        var waiting = new Waiting(binding);
        if (!_queue.Writer.TryWrite(waiting))
        {
            binding.Run();
            return;
        }

        await waiting.Scored.Task;
    }

    public void Dispose() => _queue.Writer.TryComplete();

    private async Task RunAllAsync()
    {
        var batch = new List<Waiting>(_maxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            await CollectAsync(batch);
            Run(batch);
            batch.Clear();
        }
    }

    private async Task CollectAsync(List<Waiting> batch)
    {
        using var delay = new CancellationTokenSource(_maxDelay, _time);
        do
        {
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var waiting))
                batch.Add(waiting);
        }
        while (batch.Count < _maxBatch && await MoreAsync(delay.Token));
    }

    private async ValueTask<bool> MoreAsync(CancellationToken delay)
    {
        try
        {
            return await _queue.Reader.WaitToReadAsync(delay);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Run(List<Waiting> batch)
    {
        if (batch.Count == 1 || !TryRunTogether(batch))
        {
            // A row that fails must fail alone.
            foreach (var waiting in batch)
                RunAlone(waiting);
        }
    }

    private bool TryRunTogether(List<Waiting> batch)
    {
        OnnxBinding? together = null;
        try
        {
            together = _model.Rent(batch.Count);
            for (var row = 0; row < batch.Count; row++)
                together.CopyInputRow(row, batch[row].Binding);
            together.Run();
            for (var row = 0; row < batch.Count; row++)
                batch[row].Binding.CopyOutputRow(together, row);
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
        finally
        {
            if (together is not null)
                _model.Return(together);
        }

        foreach (var waiting in batch)
            waiting.Scored.SetResult();
        return true;
    }

    private static void RunAlone(Waiting waiting)
    {
        try
        {
            waiting.Binding.Run();
            waiting.Scored.SetResult();
        }
        catch (OnnxRuntimeException error)
        {
            waiting.Scored.SetException(error);
        }
    }

    private sealed class Waiting(OnnxBinding binding)
    {
        public OnnxBinding Binding { get; } = binding;

        public TaskCompletionSource Scored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
