using Orrery.Kernel;
using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Reads what is wanted of a point.</summary>
internal static class PointReading
{
    public static StoredPoint Read(ShardViews views, int place, Wanted wanted)
    {
        var (view, slot) = views.At(place);
        return Read(view, slot, wanted);
    }

    private static StoredPoint Read(ShardView view, int slot, Wanted wanted) => new(view.Id(slot))
    {
        Version = view.Version(slot),
        Payload = wanted.Payload.Of(view.Payload(slot)),
        Vectors = wanted.Vectors.IsNone ? null : Vectors(view, slot, wanted.Vectors),
    };

    private static Dictionary<string, VectorValue> Vectors(ShardView view, int slot, VectorSelection selection)
    {
        if (selection.Names?.FirstOrDefault(name => !view.Columns.ContainsKey(name)) is { } unknown)
            throw new InvalidException($"Not existing vector name error: {unknown}");
        var vectors = new Dictionary<string, VectorValue>(StringComparer.Ordinal);
        foreach (var (name, column) in view.Columns)
        {
            if (column.Present[slot] && selection.Wants(name))
                vectors.Add(name, column[slot]);
        }

        return vectors;
    }
}
