using System.Globalization;
using Orrery.Kernel;
using Orrery.Search.Points;
using Orrery.Search.Filters;
using Orrery.Search.Queries;

namespace Orrery.Search.Collections;

/// <summary>How many reads and writes a minute a collection allows: a bucket of tokens for each, full at the start, filled at an even rate. Thread-safe.</summary>
internal sealed class RateLimits(StrictMode strict, TimeProvider clock)
{
    private readonly TokenBucket? _reads = TokenBucket.Of(strict.Number("read_rate_limit"), clock);
    private readonly TokenBucket? _writes = TokenBucket.Of(strict.Number("write_rate_limit"), clock);

    /// <summary>Whether writes are counted: to know what one costs may take a search.</summary>
    public bool CountsWrites => _writes is not null;

    /// <exception cref="QuotaExceededException">There are not enough tokens left.</exception>
    public void Read(Func<int> cost) => Take(_reads, cost, "Read");

    /// <exception cref="QuotaExceededException">There are not enough tokens left.</exception>
    public void Write(int cost) => Take(_writes, () => cost, "Write");

    /// <summary>What a query costs: a token for each vector that points are compared with, for each that is looked up, and for each condition.</summary>
    public static int CostOf(QueryStage stage)
    {
        var inputs = VectorLookup.Inputs(stage.Ranking).ToList();
        var vectors = inputs.Sum(input => input is GivenVector { Vector: MultiVector multi } ? multi.Rows : 1);
        var examples = inputs.Count(input => input is PointVector);
        return stage.Prefetch.Sum(CostOf) + Math.Max(1, vectors) + examples + CostOf(stage.Filter) + (examples > 0 ? 1 : 0);
    }

    /// <summary>A token for each condition of a filter.</summary>
    public static int CostOf(Filter? filter) => filter is null ? 0 : StrictChecks.Conditions(filter, null).Count();

    private static void Take(TokenBucket? bucket, Func<int> cost, string kind)
    {
        if (bucket is null)
            return;
        var tokens = cost();
        if (bucket.TryTake(tokens, out var available, out var wait))
            return;
        throw wait is { } seconds
            ? new QuotaExceededException(string.Create(CultureInfo.InvariantCulture, $"Rate limiting exceeded: {kind} rate limit exceeded: Operation requires {tokens} tokens but only {available:0.0} were available. Retry after {Math.Ceiling(seconds.TotalSeconds)}s")) { RetryAfter = seconds }
            : new QuotaExceededException($"Rate limiting exceeded: {kind} rate limit exceeded, request larger than rate limiter capacity, please try to split your request");
    }
}

/// <summary>Tokens that are taken and come back at an even rate. Thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly double _perMinute;
    private readonly TimeProvider _clock;
    private double _tokens;
    private long _filledAt;

    public TokenBucket(double perMinute, TimeProvider clock)
    {
        (_perMinute, _clock) = (perMinute, clock);
        (_tokens, _filledAt) = (perMinute, clock.GetTimestamp());
    }

    public static TokenBucket? Of(double? perMinute, TimeProvider clock) => perMinute is { } rate ? new(rate, clock) : null;

    /// <summary>Takes tokens, or says how many there are and how long until there are enough; null where there never are.</summary>
    public bool TryTake(double tokens, out double available, out TimeSpan? wait)
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            _tokens = Math.Min(_perMinute, _tokens + _clock.GetElapsedTime(_filledAt, now).TotalMinutes * _perMinute);
            _filledAt = now;
            (available, wait) = (_tokens, tokens > _perMinute ? null : TimeSpan.FromMinutes((tokens - _tokens) / _perMinute));
            if (_tokens < tokens)
                return false;
            _tokens -= tokens;
            return true;
        }
    }
}
