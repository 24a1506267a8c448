using System.Globalization;
using Orrery.Platform.Hosting;

namespace Orrery.Search.Checkpoints;

/// <summary>
/// Where the views of shards are saved: a folder a shard, in it <c>view.points</c>, which names its graphs, and a file for each of them. The points' file is replaced last and at once,
/// so what it names is there. All of it can be made again from the rows at any time.
/// </summary>
internal sealed class CheckpointFolder(DataFolder data)
{
    /// <summary>The folder of one shard; it need not be there.</summary>
    public ShardFolder Of(Guid collection, int shard) => new(Path.Combine(Root(collection), shard.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Removes what was saved of a collection.</summary>
    public void Remove(Guid collection)
    {
        if (Directory.Exists(Root(collection)))
            Directory.Delete(Root(collection), recursive: true);
    }

    private string Root(Guid collection) => Path.Combine(data.Path, "views", collection.ToString("N"));
}

/// <summary>The saved view of one shard.</summary>
internal sealed class ShardFolder(string path)
{
    /// <summary>The points' file.</summary>
    public string Points => Path.Combine(path, "view.points");

    /// <summary>A graph's file. A name is used once, because files that searches have mapped must not change.</summary>
    public string Graph(Guid name) => Path.Combine(path, name.ToString("N") + ".graph");

    /// <summary>Makes the folder.</summary>
    public void Make() => Directory.CreateDirectory(path);

    /// <summary>Removes all but a view's files; those that are mapped stay readable until nobody reads them.</summary>
    public void RemoveBut(params IEnumerable<string> kept)
    {
        if (!Directory.Exists(path))
            return;
        foreach (var file in Directory.GetFiles(path).Except(kept))
            File.Delete(file);
    }
}
