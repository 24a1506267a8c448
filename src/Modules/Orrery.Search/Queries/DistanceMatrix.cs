using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>Compares a sample of points with each other.</summary>
internal static class DistanceMatrix
{
    public static IReadOnlyList<MatrixRow> Of(ShardViews views, string vector, Filter? filter, int sample, int nearest)
    {
        var columns = VectorSearch.Columns(views, vector);
        var allowed = views.Find(filter);
        var present = new PlaceSet([.. columns.Select((column, shard) => column.Present.And(allowed.Slots[shard]))]);
        // The points of the smallest hashes: as good as any, and the same each time.
        var chosen = present.Places().OrderBy(place => IdHash.Of(views.Id(place))).Take(sample).OrderBy(views.Id).ToList();
        var members = views.Places(chosen);
        var rarity = InverseFrequency.Of(views, vector, null);
        return [.. chosen.Select(place => new MatrixRow(views.Id(place), Nearest(place)))];

        List<(PointId Other, float Score)> Nearest(int place)
        {
            var value = columns[place % columns.Length][place / columns.Length];
            var query = rarity is not null && value is SparseVector sparse ? rarity.Weigh(sparse) : value;
            var best = new Best(nearest + 1);
            for (var shard = 0; shard < columns.Length; shard++)
            {
                foreach (var hit in columns[shard].Scan(columns[shard].Scorer(query), nearest + 1, members.Slots[shard]))
                    best.Offer(views.Place(shard, hit.Slot), hit.Score);
            }

            return [.. best.Take().Where(hit => hit.Slot != place).Take(nearest).Select(hit => (views.Id(hit.Slot), columns[0].Outward(hit.Score)))];
        }
    }
}
