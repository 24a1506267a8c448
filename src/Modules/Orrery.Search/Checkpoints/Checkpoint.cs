using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Checkpoints;

/// <summary>A shard's view at one moment, but for what is quickly read from its rows.</summary>
/// <param name="Number">The last operation that it shows.</param>
/// <param name="Vectors">What the collection's vectors were, as text: the view of other vectors is no use.</param>
/// <param name="Rows">The points by slot.</param>
/// <param name="Live">The slots that have one.</param>
/// <param name="Graphs">The columns that have a graph.</param>
/// <param name="Columns">The sparse vectors and multivectors.</param>
internal sealed record Checkpoint(long Number, string Vectors, ShardView.Row[] Rows, SlotSet Live, IReadOnlyList<SavedGraph> Graphs, IReadOnlyList<SavedColumn> Columns)
{
    /// <summary>What the view shows now, and its graphs. Call it where nobody changes graphs.</summary>
    public static (Checkpoint Checkpoint, IReadOnlyList<HnswIndex> Graphs) Take(ShardView view)
    {
        using var reading = view.Reading();
        var columns = view.DenseColumns().Where(column => column.Value is { KeepsAll: true, HasGraph: true }).ToList();
        var graphs = columns.Select(column => new SavedGraph(column.Key, Guid.CreateVersion7(), column.Value.Present.Copy(), column.Value.Indexed.Copy()));
        return (new(view.Applied, view.Config.VectorsText(), view.Rows(), view.Live.Copy(), [.. graphs], SavedColumn.Of(view)), [.. columns.Select(column => column.Value.Graph!)]);
    }
}

/// <summary>A column without a graph that is saved whole: its vectors as their rows say them.</summary>
/// <param name="Name">Of the vector.</param>
/// <param name="Vectors">By slot.</param>
internal sealed record SavedColumn(string Name, IReadOnlyList<(int Slot, VectorValue Vector)> Vectors)
{
    /// <summary>The columns of a view that are saved. Vectors are never changed, so it holds them and copies none.</summary>
    public static IReadOnlyList<SavedColumn> Of(ShardView view) =>
        [.. view.Columns.Where(column => column.Value is SparseColumn or MultiColumn).Select(column => new SavedColumn(column.Key, [.. column.Value.Present.Slots().Select(slot => (slot, column.Value[slot]))]))];
}

/// <summary>A column's graph.</summary>
/// <param name="Name">Of the vector.</param>
/// <param name="File">Of the graph.</param>
/// <param name="Present">The slots that have a vector.</param>
/// <param name="Indexed">Those whose vector the graph holds; it may hold old ones of others.</param>
internal sealed record SavedGraph(string Name, Guid File, SlotSet Present, SlotSet Indexed);
