using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Persistence;

namespace Orrery.Search.Checkpoints;

/// <summary>Writes and reads the files of a checkpoint.</summary>
internal static class CheckpointFiles
{
    public static async Task WriteAsync(ShardFolder folder, Checkpoint checkpoint, IReadOnlyList<HnswIndex> graphs, CancellationToken cancellationToken)
    {
        folder.Make();
        for (var i = 0; i < graphs.Count; i++)
        {
            await using var file = new FileStream(folder.Graph(checkpoint.Graphs[i].File), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await graphs[i].SaveAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        var temporary = folder.Points + ".new";
        await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
        {
            await file.WriteAsync(PointsFile.Write(checkpoint), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, folder.Points, overwrite: true);
        folder.RemoveBut([folder.Points, .. checkpoint.Graphs.Select(graph => folder.Graph(graph.File))]);
    }

    /// <summary>The checkpoint that a folder holds, its graphs mapped and every checksum compared; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (Checkpoint Checkpoint, IReadOnlyList<HnswIndex> Graphs)? Read(ShardFolder folder)
    {
        if (!File.Exists(folder.Points))
            return null;
        var checkpoint = PointsFile.Read(File.ReadAllBytes(folder.Points));
        return (checkpoint, [.. checkpoint.Graphs.Select(graph => Open(folder.Graph(graph.File), graph))]);
    }

    private static HnswIndex Open(string path, SavedGraph saved)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var graph = HnswIndex.Open(view, FileCheck.Everything);
        return graph.Count >= saved.Indexed.Count ? graph : throw new InvalidDataException("Expected a graph with all indexed points; some are missing.");
    }
}
