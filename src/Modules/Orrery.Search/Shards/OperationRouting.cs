using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>Divides an operation among the shards that it is about.</summary>
internal static class OperationRouting
{
    /// <summary>The parts, by the shards' numbers in their order. What a filter chooses is asked of all.</summary>
    public static IReadOnlyList<(int Shard, PointOperation Part)> Divide(PointOperation operation, int shards)
    {
        if (shards == 1)
            return [(0, operation)];
        return operation switch
        {
            UpsertPoints upsert => Divide(upsert.Points, point => point.Id, points => upsert with { Points = points }),
            UpdateVectors update => Divide(update.Points, point => point.Id, points => update with { Points = points }),
            DeletePoints delete => DivideBy(delete.Points, points => delete with { Points = points }),
            DeleteVectors delete => DivideBy(delete.Points, points => delete with { Points = points }),
            SetPayload set => DivideBy(set.Points, points => set with { Points = points }),
            OverwritePayload overwrite => DivideBy(overwrite.Points, points => overwrite with { Points = points }),
            DeletePayload delete => DivideBy(delete.Points, points => delete with { Points = points }),
            ClearPayload clear => DivideBy(clear.Points, points => clear with { Points = points }),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Expected a known operation."),
        };

        IReadOnlyList<(int, PointOperation)> Divide<T>(IReadOnlyList<T> items, Func<T, PointId> id, Func<IReadOnlyList<T>, PointOperation> part)
        {
            // What is about no point still has a number.
            if (items.Count == 0)
                return [(0, operation)];
            return [.. items.GroupBy(item => ShardViews.ShardOf(id(item), shards)).OrderBy(group => group.Key).Select(group => (group.Key, part([.. group])))];
        }

        IReadOnlyList<(int, PointOperation)> DivideBy(PointSelector points, Func<PointSelector, PointOperation> part) => points.Ids is { } ids
            ? Divide(ids, id => id, some => part(points with { Ids = some }))
            : [.. Enumerable.Range(0, shards).Select(shard => (shard, operation))];
    }
}
