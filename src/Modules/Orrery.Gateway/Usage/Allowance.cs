using System.Globalization;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Usage;

/// <summary>What one request may use before a budget is at its end.</summary>
/// <param name="Tokens">Null without a hard budget of tokens.</param>
/// <param name="Cost">Null without a hard budget of money.</param>
/// <param name="Warning">A soft budget that is used up, in words.</param>
internal sealed record Allowance(long? Tokens, double? Cost, string? Warning)
{
    public static Allowance Unbounded { get; } = new(null, null, null);

    /// <exception cref="QuotaExceededException">The budget is hard and used up.</exception>
    public Allowance Under(BudgetSpec budget, GatewayRequest request, long tokens, double cost)
    {
        var isOver = tokens >= budget.Tokens || cost >= budget.Cost;
        if (isOver)
        {
            var used = tokens >= budget.Tokens ? $"{tokens} of {budget.Tokens} tokens" : string.Create(CultureInfo.InvariantCulture, $"{cost:0.####} of {budget.Cost:0.####}");
            var whose = budget.Per switch { BudgetScope.Caller => "each caller", BudgetScope.Feature => "each feature", _ => "it" };
            var complaint = $"The route '{request.Route}' has used {used} that {whose} may use in {budget.Window:c}.";
            return budget.Limit == BudgetLimit.Soft ? this with { Warning = complaint } : throw new QuotaExceededException(complaint);
        }

        return budget.Limit == BudgetLimit.Soft
            ? this
            : this with { Tokens = Least(Tokens, budget.Tokens - tokens), Cost = Least(Cost, budget.Cost - cost) };
    }

    /// <summary>Whether so much is more than may be used.</summary>
    public bool IsExceeded(TokenUsage usage, PriceSpec? price) => usage.Total > Tokens || usage.Cost(price) > Cost;

    private static T? Least<T>(T? first, T? second) where T : struct, IComparable<T> => first is { } one && second is { } other ? (one.CompareTo(other) < 0 ? one : other) : first ?? second;
}
