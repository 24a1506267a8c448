using Orrery.Kernel;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Inference.Sampling;
using Orrery.Language.Models;

namespace Orrery.Language.Inference.Scheduling;

/// <summary>
/// Continuous batching: each step takes one token of every generation that is under way and fills up with pieces of prompts, oldest first. Whoever joins or leaves does
/// so between two steps. When pages run out, what is cached of ended generations goes first; then the youngest generation gives its pages back and later
/// reads its tokens again. One thread does it all; it ends with the object.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private readonly Decoder _decoder;
    private readonly Batch _batch;
    private readonly PagePool _pool;
    private readonly PrefixCache _prefixes;
    private readonly int _contextLength;
    private readonly HashSet<int> _endTokens;
    private readonly Queue<Request> _arrivals = [];
    private readonly LinkedList<Request> _waiting = [];
    private readonly List<Request> _running = [];
    private readonly List<(Request Request, int Row, int[] Guesses)> _wanted = [];
    private readonly int _most;
    private readonly Thread _thread;
    private bool _ended;

    public Scheduler(Decoder decoder, Batch batch, PagePool pool, ModelConfiguration shape, int contextLength, int most)
    {
        (_decoder, _batch, _pool, _contextLength, _most) = (decoder, batch, pool, contextLength, most);
        _prefixes = new(pool);
        _endTokens = [.. shape.EndTokens];
        _thread = new(Work) { IsBackground = true, Name = "Orrery.Language scheduler" };
        _thread.Start();
    }

    /// <summary>Hands a generation over; its tokens come from its output.</summary>
    public Request Start(ReadOnlySpan<int> prompt, GenerationOptions options, CancellationToken cancellation)
    {
        var request = new Request(_pool, prompt, options, cancellation);
        lock (_arrivals)
        {
            ObjectDisposedException.ThrowIf(_ended, typeof(LanguageModel));
            _arrivals.Enqueue(request);
            Monitor.Pulse(_arrivals);
        }

        return request;
    }

    public void Dispose()
    {
        lock (_arrivals)
        {
            _ended = true;
            Monitor.Pulse(_arrivals);
        }

        _thread.Join();
    }

    private void Work()
    {
        while (Receive())
        {
            try
            {
                Leave();
                Join();
                Fill();
                _decoder.Step(_batch);
                foreach (var (request, row, guesses) in _wanted)
                    Take(request, row, guesses);
            }
            catch (Exception fault)
            {
                // A step that failed leaves caches of unknown content: all that took part ends with it.
                foreach (var request in _running.ToArray())
                    End(request, new OrreryException(ErrorCode.Internal, "The step of the model failed.", fault));
            }
        }

        foreach (var request in _running.Concat(_waiting).Concat(_arrivals))
            request.End(new ObjectDisposedException(nameof(LanguageModel)));
    }

    /// <summary>Takes what arrived, and waits where there is nothing to do; false at the end.</summary>
    private bool Receive()
    {
        lock (_arrivals)
        {
            while (!_ended && _arrivals.Count + _waiting.Count + _running.Count == 0)
                Monitor.Wait(_arrivals);
            while (_arrivals.TryDequeue(out var request))
                _waiting.AddLast(request);
            return !_ended;
        }
    }

    /// <summary>Ends what was cancelled.</summary>
    private void Leave()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
        {
            if (_running[i].Cancellation.IsCancellationRequested)
                End(_running[i], new OperationCanceledException(_running[i].Cancellation));
        }

        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Cancellation.IsCancellationRequested)
            {
                _waiting.Remove(node);
                node.Value.End(new OperationCanceledException(node.Value.Cancellation));
            }

            node = next;
        }
    }

    private void Join()
    {
        while (_running.Count < _most && _waiting.First is { } first)
        {
            _prefixes.Adopt(first.Value.Sequence, first.Value.Tokens);
            // A start without room for what it reads first would throw out another, which would throw it out.
            if (_running.Count > 0 && !MakeRoom(first.Value.Sequence.PagesFor(first.Value.Pending) + _running.Count))
            {
                first.Value.Sequence.Truncate(0);
                return;
            }

            _waiting.RemoveFirst();
            _running.Add(first.Value);
        }
    }

    private void Fill()
    {
        _batch.Clear();
        _wanted.Clear();
        // Those that generate come before those that still read their prompt: one token each, and nobody waits for another's prompt.
        for (var reading = 0; reading <= 1; reading++)
        {
            for (var i = 0; i < _running.Count; i++)
            {
                var request = _running[i];
                if (request.Pending == 1 != (reading == 0))
                    continue;
                var count = Math.Min(request.Pending, _batch.Capacity - _batch.Count);
                if (count <= 0)
                    continue;
                // Guesses take what others leave: each other's token comes first.
                var spare = Math.Min(_batch.Capacity - _batch.Count, _batch.LogitCapacity - _batch.Wanted.Count) - _running.Count;
                int[] guesses = reading == 0 ? [.. request.Guess(spare, _contextLength)] : [];
                if (!RoomFor(request, count + guesses.Length, ref i))
                    continue;
                _batch.Add(request.Sequence, request.Next(count));
                if (request.Pending == 0)
                    Want(request, guesses);
            }
        }
    }

    private void Want(Request request, int[] guesses)
    {
        _wanted.Add((request, _batch.Want(_batch.Count - 1), guesses));
        if (guesses.Length == 0)
            return;
        var first = _batch.Count;
        _batch.Add(request.Sequence, guesses);
        for (var i = 0; i < guesses.Length; i++)
            _batch.Want(first + i);
    }

    /// <summary>Makes room, by putting off younger generations where need be; false where this one itself is put off or ended.</summary>
    private bool RoomFor(Request request, int count, ref int index)
    {
        while (!MakeRoom(request.Sequence.PagesFor(count) + 1))
        {
            var youngest = _running[^1];
            if (youngest == request && _running.Count == 1)
            {
                End(request, new UnavailableException($"The KV cache holds {_pool.Most * (long)Kernels.Attention.AttentionKernel.Page} positions, fewer than this generation takes. Open the model with a larger cache."));
                index--;
                return false;
            }

            // What is in this step's batch already must stay.
            var inBatch = _batch.Segments.Exists(segment => segment.Sequence == youngest.Sequence);
            if (youngest == request || inBatch)
            {
                PutOff(request);
                index--;
                return false;
            }

            PutOff(youngest);
        }

        return true;
    }

    private void PutOff(Request request)
    {
        request.Sequence.Truncate(0);
        _running.Remove(request);
        _waiting.AddFirst(request);
    }

    private bool MakeRoom(int pages)
    {
        while (_pool.Available < pages)
        {
            if (!_prefixes.Evict())
                return false;
        }

        return true;
    }

    /// <summary>Chooses after the last token, and goes on after each guess that was right.</summary>
    private void Take(Request request, int row, int[] guesses)
    {
        if (request.Generated == 0)
            _prefixes.Remember(request.Sequence, request.Tokens);
        for (var i = 0; i <= guesses.Length; i++)
        {
            var length = request.Tokens.Count;
            var finish = TakeOne(request, row + i);
            var isRight = finish is FinishReason.None && i < guesses.Length && request.Tokens.Count > length && request.Tokens[^1] == guesses[i];
            if (isRight)
                continue;
            // What was guessed wrongly, or beyond the end, is forgotten.
            if (request.Sequence.Length > length)
                request.Sequence.Truncate(length);
            if (finish is not FinishReason.None)
                End(request, null);
            return;
        }
    }

    private FinishReason TakeOne(Request request, int row)
    {
        TokenChoice choice;
        try
        {
            choice = request.Sampler.Choose(_decoder.Logits(row));
        }
        catch (Exception fault)
        {
            // A caller's constraint may fail; that is its own generation's fault alone.
            End(request, fault);
            return FinishReason.None;
        }

        var stops = request.Options.StopTokens.Contains(choice.Token) || (!request.Options.IgnoresEndTokens && _endTokens.Contains(choice.Token));
        var isFull = request.Generated + 1 >= request.Options.MaxTokens || request.Tokens.Count + 1 >= _contextLength;
        var finish = stops ? FinishReason.Stop : isFull ? FinishReason.Length : FinishReason.None;
        request.Give(new(choice.Token, choice.LogProbability, choice.Alternatives, finish));
        return finish;
    }

    private void End(Request request, Exception? fault)
    {
        if (fault is null)
            _prefixes.Remember(request.Sequence, request.Tokens);
        request.Sequence.Truncate(0);
        _running.Remove(request);
        request.End(fault);
    }
}
