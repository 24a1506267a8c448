using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Compares a sample of points with each other.</summary>
internal static class DistanceMatrix
{
    public static IReadOnlyList<MatrixRow> Of(ShardView view, string vector, Filter? filter, int sample, int nearest)
    {
        if (!view.Columns.TryGetValue(vector, out var column))
            throw new InvalidException($"Not existing vector name error: {vector}");
        var allowed = column.Present.And(view.Find(filter));
        // The points of the smallest hashes: as good as any, and the same each time.
        var chosen = allowed.Slots().OrderBy(slot => IdHash.Of(view.Id(slot))).Take(sample).OrderBy(slot => view.Id(slot)).ToList();
        var members = new SlotSet(view.Capacity);
        foreach (var slot in chosen)
            members.Add(slot);
        return [.. chosen.Select(slot => new MatrixRow(view.Id(slot),
            [.. column.Scan(column.Scorer(column[slot]), nearest + 1, members).Where(hit => hit.Slot != slot).Take(nearest).Select(hit => (view.Id(hit.Slot), column.Outward(hit.Score)))]))];
    }
}
