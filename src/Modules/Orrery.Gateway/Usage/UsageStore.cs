using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Options;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Gateway.Usage;

/// <summary>Counts tokens and what they cost, and says what is left of budgets. What is older than anybody asks for is removed, once an hour.</summary>
internal sealed class UsageStore(IDatabase database, IOptions<GatewayOptions> options, TimeProvider time) : IGatewayUsage
{
    private const int MostLines = 1000;
    private const int MinutesOfHour = 60;
    private const int MinutesOfDay = 24 * MinutesOfHour;

    private long _prunedHour = -1;

    /// <summary>Adds one request.</summary>
    /// <param name="caller">Who asked.</param>
    /// <param name="request">What.</param>
    /// <param name="usage">Tokens that were spent; none of the cache's answers.</param>
    /// <param name="cost">What they cost.</param>
    /// <param name="saved">What a cached answer would have cost; null where it was not cached.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task AddAsync(Caller caller, GatewayRequest request, TokenUsage usage, double cost, double? saved, CancellationToken cancellationToken)
    {
        var (minute, feature, route) = (Minute(), request.Feature, request.Route);
        var prunes = Interlocked.Exchange(ref _prunedHour, minute / MinutesOfHour) != minute / MinutesOfHour;
        return database.WriteAsync(connection =>
        {
            var cached = saved is null ? 0 : 1;
            var count = connection.GetTable<UsageRow>()
                .Where(row => row.Workspace == caller.Workspace && row.Route == route && row.Minute == minute && row.Actor == caller.Actor && row.Feature == feature)
                .Set(row => row.Requests, row => row.Requests + 1)
                .Set(row => row.Cached, row => row.Cached + cached)
                .Set(row => row.PromptTokens, row => row.PromptTokens + usage.Prompt)
                .Set(row => row.CompletionTokens, row => row.CompletionTokens + usage.Completion)
                .Set(row => row.Cost, row => row.Cost + cost)
                .Set(row => row.Saved, row => row.Saved + (saved ?? 0))
                .Update();
            if (count == 0)
            {
                connection.Insert(new UsageRow
                {
                    Workspace = caller.Workspace,
                    Route = route,
                    Minute = minute,
                    Actor = caller.Actor,
                    Feature = feature,
                    Requests = 1,
                    Cached = cached,
                    PromptTokens = usage.Prompt,
                    CompletionTokens = usage.Completion,
                    Cost = cost,
                    Saved = saved ?? 0,
                });
            }

            if (prunes)
                connection.GetTable<UsageRow>().Where(row => row.Minute < minute - (long)options.Value.UsageDays * MinutesOfDay).Delete();
        }, cancellationToken);
    }

    /// <summary>What may still be used.</summary>
    /// <exception cref="QuotaExceededException">A hard budget is used up.</exception>
    public async Task<Allowance> LeftAsync(Caller caller, GatewayRequest request, IReadOnlyList<BudgetSpec> budgets, CancellationToken cancellationToken)
    {
        var left = Allowance.Unbounded;
        foreach (var budget in budgets)
        {
            var since = Minute() - (long)budget.Window.TotalMinutes;
            var (route, feature) = (request.Route, request.Feature);
            var used = await database.ReadAsync((connection, token) => connection.GetTable<UsageRow>()
                .Where(row => row.Workspace == caller.Workspace && row.Route == route && row.Minute > since
                    && (budget.Per == BudgetScope.Route || (budget.Per == BudgetScope.Caller && row.Actor == caller.Actor) || (budget.Per == BudgetScope.Feature && row.Feature == feature)))
                .GroupBy(_ => 1).Select(rows => new { Tokens = rows.Sum(row => row.PromptTokens + row.CompletionTokens), Cost = rows.Sum(row => row.Cost) })
                .FirstOrDefaultAsync(token), cancellationToken);
            left = left.Under(budget, request, used?.Tokens ?? 0, used?.Cost ?? 0);
        }

        return left;
    }

    public async Task<UsageReport> ReportAsync(Caller caller, UsageDivision by, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (since >= until)
            throw new InvalidException($"Expected 'since' before 'until', got {since:O} and {until:O}.");
        var (first, end) = (since.ToUnixTimeSeconds() / 60, until.ToUnixTimeSeconds() / 60);
        var lines = await database.ReadAsync(async (connection, token) =>
        {
            var rows = connection.GetTable<UsageRow>().Where(row => row.Workspace == caller.Workspace && row.Minute >= first && row.Minute < end);
            var named = by switch
            {
                UsageDivision.Route => rows.GroupBy(row => row.Route),
                UsageDivision.Caller => rows.GroupBy(row => row.Actor),
                UsageDivision.Feature => rows.GroupBy(row => row.Feature),
                _ => null,
            };
            if (named is not null)
            {
                return await named.Select(group => new UsageLine(
                    group.Key, group.Sum(row => row.Requests), group.Sum(row => row.Cached), group.Sum(row => row.PromptTokens), group.Sum(row => row.CompletionTokens),
                    group.Sum(row => row.Cost), group.Sum(row => row.Saved))).ToListAsync(token);
            }

            var days = await rows.GroupBy(row => row.Minute / MinutesOfDay).Select(group => new
            {
                group.Key,
                Line = new UsageLine("", group.Sum(row => row.Requests), group.Sum(row => row.Cached), group.Sum(row => row.PromptTokens), group.Sum(row => row.CompletionTokens), group.Sum(row => row.Cost), group.Sum(row => row.Saved)),
            }).ToListAsync(token);
            return days.OrderBy(day => day.Key).Select(day => day.Line with { Name = DateTimeOffset.UnixEpoch.AddDays(day.Key).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }).ToList();
        }, cancellationToken);
        var total = new UsageLine("", lines.Sum(line => line.Requests), lines.Sum(line => line.Cached), lines.Sum(line => line.PromptTokens), lines.Sum(line => line.CompletionTokens), lines.Sum(line => line.Cost), lines.Sum(line => line.Saved));
        if (by != UsageDivision.Day)
            lines = [.. lines.OrderByDescending(line => line.Cost).ThenByDescending(line => line.PromptTokens + line.CompletionTokens).ThenBy(line => line.Name, StringComparer.Ordinal)];
        return new UsageReport(since, until, by, [.. lines.Take(MostLines)], total);
    }

    private long Minute() => time.GetUtcNow().ToUnixTimeSeconds() / 60;
}
