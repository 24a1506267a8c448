using System.Text.Json;
using Orrery.Search.Filters;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Fills groups with the best points, looking further until all are full or there are no more points.</summary>
internal sealed class GroupedRun(ShardViews views, VectorLookup lookup)
{
    public IReadOnlyList<PointGroup> Run(QueryStage query, Grouping grouping, Wanted wanted)
    {
        var limit = Math.Min(grouping.Groups * grouping.GroupSize * 2L, int.MaxValue);
        while (true)
        {
            var result = new QueryRun(views, lookup).Run(query with { Limit = (int)limit });
            var groups = Group(result, grouping);
            var isFull = groups.Count >= grouping.Groups && groups.Take(grouping.Groups).All(group => group.Hits.Count == grouping.GroupSize);
            if (isFull || result.Hits.Count < limit || limit >= views.Count)
                return [.. groups.Take(grouping.Groups).Select(group => new PointGroup(group.Id, [.. group.Hits.Select(hit => PointReading.Read(views, hit.Slot, wanted) with { Score = hit.Score })]))];
            limit = Math.Min(limit * 4, int.MaxValue);
        }
    }

    // In the order of their best points, because that is the order of the result.
    private List<(Scalar Id, List<Vectors.Hit> Hits)> Group(StageResult result, Grouping grouping)
    {
        var groups = new List<(Scalar Id, List<Vectors.Hit> Hits)>();
        var known = new Dictionary<Scalar, List<Vectors.Hit>>();
        foreach (var hit in result.Hits)
        {
            foreach (var id in Ids(hit.Slot, grouping.By))
            {
                if (!known.TryGetValue(id, out var hits))
                {
                    known.Add(id, hits = []);
                    groups.Add((id, hits));
                }

                if (hits.Count < grouping.GroupSize)
                    hits.Add(hit);
            }
        }

        return groups;
    }

    private HashSet<Scalar> Ids(int place, PayloadPath path)
    {
        var ids = new HashSet<Scalar>();
        var (view, slot) = views.At(place);
        using var document = view.Document(slot);
        if (document is null)
            return ids;
        var values = new List<JsonElement>();
        path.Collect(document.RootElement, values);
        foreach (var value in values.SelectMany(value => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value]))
        {
            if (FieldMatch.TryScalar(value, out var id) && id.Kind != ScalarKind.Boolean)
                ids.Add(id);
        }

        return ids;
    }
}
