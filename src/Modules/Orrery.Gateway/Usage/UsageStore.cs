using LinqToDB;
using LinqToDB.Async;
using Orrery.Gateway.Routes;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Gateway.Usage;

/// <summary>Counts tokens, and says what is left of budgets.</summary>
internal sealed class UsageStore(IDatabase database, TimeProvider time)
{
    /// <summary>Adds one request.</summary>
    public Task AddAsync(Caller caller, string route, TokenUsage usage, bool isCached, CancellationToken cancellationToken)
    {
        var minute = Minute();
        return database.WriteAsync(connection =>
        {
            var row = connection.GetTable<UsageRow>().Where(row => row.Workspace == caller.Workspace && row.Route == route && row.Minute == minute && row.Actor == caller.Actor);
            var count = row
                .Set(row => row.Requests, row => row.Requests + 1)
                .Set(row => row.Cached, row => row.Cached + (isCached ? 1 : 0))
                .Set(row => row.PromptTokens, row => row.PromptTokens + usage.Prompt)
                .Set(row => row.CompletionTokens, row => row.CompletionTokens + usage.Completion)
                .Update();
            if (count == 0)
            {
                connection.Insert(new UsageRow
                {
                    Workspace = caller.Workspace,
                    Route = route,
                    Minute = minute,
                    Actor = caller.Actor,
                    Requests = 1,
                    Cached = isCached ? 1 : 0,
                    PromptTokens = usage.Prompt,
                    CompletionTokens = usage.Completion,
                });
            }
        }, cancellationToken);
    }

    /// <summary>The tokens that may still be used; null without a budget.</summary>
    /// <exception cref="QuotaExceededException">A budget is used up.</exception>
    public async Task<long?> LeftAsync(Caller caller, string route, IReadOnlyList<BudgetSpec> budgets, CancellationToken cancellationToken)
    {
        long? left = null;
        foreach (var budget in budgets)
        {
            var since = Minute() - (long)budget.Window.TotalMinutes;
            var used = await database.ReadAsync((connection, token) => connection.GetTable<UsageRow>()
                .Where(row => row.Workspace == caller.Workspace && row.Route == route && row.Minute > since && (budget.Per == BudgetScope.Route || row.Actor == caller.Actor))
                .SumAsync(row => (long?)(row.PromptTokens + row.CompletionTokens), token), cancellationToken) ?? 0;
            if (used >= budget.Tokens)
                throw new QuotaExceededException($"The route '{route}' has used {used} of {budget.Tokens} tokens that {(budget.Per == BudgetScope.Caller ? "each caller" : "it")} may use in {budget.Window:c}.");
            left = Math.Min(left ?? long.MaxValue, budget.Tokens - used);
        }

        return left;
    }

    private long Minute() => time.GetUtcNow().ToUnixTimeSeconds() / 60;
}
