using Orrery.Kernel;

namespace Orrery.Ledger.Search;

/// <summary>Refusals of a filter or an order; each says where, counted from 1 as editors do.</summary>
internal static class FilterErrors
{
    public static InvalidException At(int position, string what) => new($"{what} (at position {position + 1} of the filter).");

    public static InvalidException InOrder(string clause, string what) => new($"Invalid order_by clause '{clause}'. {what}");
}
