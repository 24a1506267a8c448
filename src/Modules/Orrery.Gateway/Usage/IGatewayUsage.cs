using Orrery.Platform.Access;

namespace Orrery.Gateway.Usage;

/// <summary>By what a report of usage is divided.</summary>
public enum UsageDivision
{
    /// <summary>A line a route.</summary>
    Route,
    /// <summary>A line a caller.</summary>
    Caller,
    /// <summary>A line a feature, as requests named it.</summary>
    Feature,
    /// <summary>A line a day in UTC.</summary>
    Day,
}

/// <summary>What was used.</summary>
/// <param name="Name">Of the route, caller, feature or day.</param>
/// <param name="Requests">All of them.</param>
/// <param name="Cached">Those that a cache answered.</param>
/// <param name="PromptTokens">Of questions.</param>
/// <param name="CompletionTokens">Of answers.</param>
/// <param name="Cost">By the prices of the targets that answered.</param>
/// <param name="Saved">What the cache's answers would have cost.</param>
public sealed record UsageLine(string Name, long Requests, long Cached, long PromptTokens, long CompletionTokens, double Cost, double Saved);

/// <summary>Usage between two times, the greatest cost first; by day in the order of time.</summary>
/// <param name="Since">From the minute of it.</param>
/// <param name="Until">Before the minute of it.</param>
/// <param name="By">The division.</param>
/// <param name="Lines">At most 1,000.</param>
/// <param name="Total">Of all lines, those beyond the first 1,000 among them.</param>
public sealed record UsageReport(DateTimeOffset Since, DateTimeOffset Until, UsageDivision By, IReadOnlyList<UsageLine> Lines, UsageLine Total);

/// <summary>What was spent and saved. Thread-safe.</summary>
public interface IGatewayUsage
{
    /// <summary>Reads the workspace's usage.</summary>
    /// <exception cref="Kernel.InvalidException">The times are the wrong way round.</exception>
    Task<UsageReport> ReportAsync(Caller caller, UsageDivision by, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken = default);
}
