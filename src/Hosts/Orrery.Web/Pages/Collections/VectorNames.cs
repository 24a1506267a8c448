using Orrery.Search.Collections;

namespace Orrery.Web.Pages.Collections;

/// <summary>The vectors of a collection in words.</summary>
internal static class VectorNames
{
    /// <summary>384 × cosine; image 512 × dot; words sparse.</summary>
    public static string Of(CollectionConfig config) => string.Join("; ",
    [
        .. config.Vectors.Select(vector => $"{Named(vector.Key)}{vector.Value.Size} × {vector.Value.Distance.ToString().ToLowerInvariant()}{(vector.Value.IsMulti ? ", several a point" : "")}"),
        .. config.SparseVectors.Select(vector => $"{Named(vector.Key)}sparse{(vector.Value.Idf ? " with IDF" : "")}"),
    ]);

    private static string Named(string name) => name.Length == 0 ? "" : name + " ";
}
