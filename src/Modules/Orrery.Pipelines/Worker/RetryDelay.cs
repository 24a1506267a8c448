using System.Globalization;
using Orrery.Kernel;
using Orrery.Pipelines.Definition;

namespace Orrery.Pipelines.Worker;

/// <summary>
/// Exponential back-off with jitter: the wait doubles with each failure, up to an hour, plus up to a quarter of itself, so that steps that failed
/// together do not come back together. The jitter's seed is the run, step and attempt: the same run waits the same.
/// </summary>
internal static class RetryDelay
{
    public static TimeSpan After(RetrySpec retries, RunId run, string step, int attempt)
    {
        var first = retries.Backoff ?? RetrySpec.DefaultBackoff;
        var doubled = Math.Min(first.TotalSeconds * Math.Pow(2, attempt - 1), RetrySpec.LongestBackoff.TotalSeconds);
        var seed = Digest.Of(string.Create(CultureInfo.InvariantCulture, $"{run}/{step}/{attempt}")).ToString()[..7];
        var jitter = new Random(int.Parse(seed, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).NextDouble() * 0.25;
        return TimeSpan.FromSeconds(doubled * (1 + jitter));
    }

    /// <summary>Whether trying again can help: a refusal stays a refusal.</summary>
    public static bool CanHelp(Exception error) => error is not OrreryException refusal || refusal.Code is ErrorCode.Unavailable or ErrorCode.QuotaExceeded or ErrorCode.Internal;
}
