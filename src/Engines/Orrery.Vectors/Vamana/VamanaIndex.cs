using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Persistence;

namespace Orrery.Vectors.Vamana;

/// <summary>
/// Approximate nearest neighbours of more vectors than fit into memory (Subramanya et al., "DiskANN", NeurIPS 2019): in memory a point has a code of some bytes, by which a search finds its way, and in a
/// mapped file its vector and links, of which one search reads about as many as it keeps candidates. It is written once and read by any number of threads; to change it, write another. Memory: the codes (a byte a
/// subspace), 2 bytes a point for each thread that searches, and what the operating system keeps of the file.
/// </summary>
public sealed class VamanaIndex
{
    // A scan of so few reads less than a search that passes by all others.
    private const double LeastSelectivity = 0.05;

    private readonly VamanaFile.Content _content;
    private readonly VamanaContextPool _contexts;

    private VamanaIndex(VamanaFile.Content content)
    {
        _content = content;
        _contexts = new VamanaContextPool(content);
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _content.Space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _content.Space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _content.Count;

    /// <summary>
    /// Builds an index of vectors in memory and writes it. O(n·breadth·links·d) at most, on one thread; memory beside the vectors: the codes and 5.2·links + 12 bytes a point.
    /// </summary>
    /// <param name="stream">Is written front to back.</param>
    /// <param name="vectors">(vectors, dimension): at least one.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">Cosine, Euclidean or Manhattan.</param>
    /// <param name="options">What shapes the graph.</param>
    /// <param name="ids">(vectors), each once; empty: their positions.</param>
    /// <param name="cancellationToken">Ends it between two points.</param>
    /// <exception cref="ArgumentException">The metric is another, an id stands twice, or these are no whole vectors that an index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static async Task WriteAsync(
        Stream stream, ReadOnlyMemory<float> vectors, int dimension, Metric metric, VamanaOptions? options = null, ReadOnlyMemory<long> ids = default, CancellationToken cancellationToken = default)
    {
        using var rows = SourceRows.Of(vectors, new Space(dimension, metric), cancellationToken);
        await WriteAsync(stream, rows, options ?? new VamanaOptions(), ids, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Builds an index of vectors in a mapped file, float32 one after the other as in an .npy file behind its header, and writes it. They are read at random: where they do not fit into the memory that the
    /// operating system keeps of files, a build is as slow as the disk.
    /// </summary>
    /// <inheritdoc cref="WriteAsync(Stream, ReadOnlyMemory{float}, int, Metric, VamanaOptions?, ReadOnlyMemory{long}, CancellationToken)"/>
    /// <param name="stream">Is written front to back; not the mapped file.</param>
    /// <param name="vectors">Where the vectors are; nobody may change it meanwhile.</param>
    /// <param name="offset">The byte at which they begin: a multiple of 4.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">Cosine, Euclidean or Manhattan.</param>
    /// <param name="options">What shapes the graph.</param>
    /// <param name="ids">(vectors), each once; empty: their positions.</param>
    /// <param name="cancellationToken">Ends it between two points.</param>
    public static async Task WriteAsync(
        Stream stream, MemoryMappedViewAccessor vectors, long offset, int count, int dimension, Metric metric, VamanaOptions? options = null, ReadOnlyMemory<long> ids = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        using var rows = SourceRows.Of(vectors, offset, count, new Space(dimension, metric), cancellationToken);
        await WriteAsync(stream, rows, options ?? new VamanaOptions(), ids, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Uses a file where it is mapped, from the beginning of the view; its codes are read into memory. The view may be disposed afterwards; the file stays mapped until the index is collected, and nobody may
    /// change it.
    /// </summary>
    /// <exception cref="InvalidDataException">The view holds something else, ends early or is damaged.</exception>
    public static VamanaIndex Open(MemoryMappedViewAccessor view, FileCheck check = FileCheck.Structure)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new VamanaIndex(VamanaFile.Read(SectionFile.Map(view, FileKind.Vamana), check));
    }

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{Neighbor}, in VamanaSearchOptions)"/>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, in VamanaSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var nearest = new Neighbor[Math.Min(k, Count)];
        var count = Search(query, nearest, options);
        return count == nearest.Length ? nearest : nearest[..count];
    }

    /// <summary>
    /// Fills <paramref name="nearest"/> with as many points as fit, nearest first, by their vectors, and returns how many there are. Allocates nothing once warm. Where less than 5 % may be found, these are
    /// compared one by one.
    /// </summary>
    /// <param name="query">(dimension)</param>
    /// <param name="nearest">(k)</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold, or there is no room for a result.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The breadth is below 1.</exception>
    /// <exception cref="InvalidDataException">A node that the search met is damaged.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, in VamanaSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Breadth);
        if (nearest.IsEmpty)
            throw new ArgumentException("Expected room for at least one result.", nameof(nearest));
        var context = _contexts.Rent();
        try
        {
            context.Accept(query);
            var count = options.Allowed is { } allowed && allowed.Count < LeastSelectivity * Count
                ? context.Scan(allowed, nearest) : context.Walk(Math.Max(options.Breadth, nearest.Length), options.Allowed, nearest);
            var found = nearest[..count];
            foreach (ref var neighbor in found)
                neighbor = neighbor with { Distance = _content.Space.Outward(neighbor.Distance) };
            found.Sort();
            return count;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    private static async Task WriteAsync(Stream stream, SourceRows rows, VamanaOptions options, ReadOnlyMemory<long> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options.Validate();
        var quantizer = RowCodes.Train(rows, options);
        var (named, codes) = (Ids(ids, rows.Count), RowCodes.Of(rows, quantizer, cancellationToken));
        var graph = new GraphLinker(rows, options);
        graph.Run(cancellationToken);
        await VamanaFile.WriteAsync(stream, rows, graph, named, codes, quantizer, options, cancellationToken).ConfigureAwait(false);
    }

    private static NativeBlock<long> Ids(ReadOnlyMemory<long> ids, int count)
    {
        var named = new NativeBlock<long>(count);
        if (!ids.IsEmpty && ids.Length != count)
            throw new ArgumentException($"Expected an id for each of {count} vectors; got {ids.Length}.", nameof(ids));
        for (var i = 0; i < count; i++)
            named[i] = ids.IsEmpty ? i : ids.Span[i];
        if (!ids.IsEmpty && ids.ToArray().ToHashSet().Count < count)
            throw new ArgumentException("An id stands for several vectors; every point has its own.", nameof(ids));
        return named;
    }
}
