using System.Buffers;
using Orrery.Kernel;

namespace Orrery.Search.Collections;

/// <summary>What a collection may be called and consist of.</summary>
internal static class CollectionRules
{
    /// <summary>Shards cost a search each; so many divide what fits into one machine finely enough.</summary>
    private const int MostShards = 64;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>\"\\|?*");

    public static void Check(string name)
    {
        if (!AssetRef.IsName(name) || name.Length > 255 || name.AsSpan().ContainsAny(Forbidden))
            throw new InvalidException($"Expected a name of 1 to 255 characters without any of < > : \" / \\ | ? * @; got '{name}'.");
    }

    public static void Check(CollectionConfig config)
    {
        if (config.Shards is < 1 or > MostShards)
            throw new InvalidException($"Expected 1 to {MostShards} shards (shard_number); got {config.Shards}.");
        StrictChecks.CheckKept(config.Strict);
        StrictChecks.CheckFields(config);
        foreach (var (name, vector) in config.Vectors)
        {
            if (vector.Size is < 1 or > DenseVectorConfig.MaxSize)
                throw new InvalidException($"Expected 1 to {DenseVectorConfig.MaxSize} components for the vector '{name}'; got {vector.Size}.");
        }

        if (config.Vectors.Keys.FirstOrDefault(config.SparseVectors.ContainsKey) is { } twice)
            throw new InvalidException($"Dense and sparse vector names must be unique - duplicate found with '{twice}'");
    }
}
