using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Persistence;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// The graph of <see cref="HnswIndex"/> over vectors of bits, by how many of them differ (Hamming): binary embeddings, perceptual hashes, signatures. A vector of 1,024 bits takes 128 bytes. All members may be
/// called from any thread at any time.
/// </summary>
public sealed class HnswBitIndex
{
    private readonly HnswIndex _graph;

    /// <summary>An empty index.</summary>
    /// <param name="bits">Of a vector: a multiple of 8, at least 8.</param>
    /// <param name="options">What shapes the graph; a quantizer is of no use here.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits are no multiple of 8, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">There is a quantizer.</exception>
    public HnswBitIndex(int bits, HnswOptions? options = null)
    {
        if (bits < 8 || bits % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Expected a multiple of 8 bits, at least 8.");
        if (options?.Quantizer is not null)
            throw new ArgumentException("Expected no quantizer: bits are as small as they can be.", nameof(options));
        Bits = bits;
        _graph = new HnswIndex(Space.OfBits(bits), options ?? new HnswOptions());
    }

    private HnswBitIndex(HnswIndex graph, int bits) => (_graph, Bits) = (graph, bits);

    /// <summary>Bits of a vector.</summary>
    public int Bits { get; }

    /// <summary>The number of points that can be found.</summary>
    public int Count => _graph.Count;

    /// <summary>Adds a point, from any thread, beside searches. O(log n · efConstruction).</summary>
    /// <param name="id">Of the point.</param>
    /// <param name="vector">(bits / 8)</param>
    /// <exception cref="ArgumentException">The id is taken, or the vector has another length.</exception>
    public void Add(long id, ReadOnlySpan<byte> vector) => _graph.Add(id, Words(vector, stackalloc float[WordsOf(Bits)]));

    /// <summary>Takes a point out: it is not found any more, at once. False where there was none.</summary>
    public bool Remove(long id) => _graph.Remove(id);

    /// <summary>The <paramref name="k"/> points that differ in the fewest bits, nearest first; a distance is a number of bits.</summary>
    /// <param name="query">(bits / 8)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    /// <exception cref="ArgumentException">The query has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or an option out of its range.</exception>
    public Neighbor[] Search(ReadOnlySpan<byte> query, int k, in HnswSearchOptions options) => _graph.Search(Words(query, stackalloc float[WordsOf(Bits)]), k, options);

    /// <inheritdoc cref="HnswIndex.SaveAsync"/>
    public Task SaveAsync(Stream stream, CancellationToken cancellationToken = default) => _graph.SaveAsync(stream, cancellationToken);

    /// <inheritdoc cref="HnswIndex.Open"/>
    public static HnswBitIndex Open(MemoryMappedViewAccessor view, FileCheck check = FileCheck.Structure)
    {
        var graph = HnswIndex.OpenAs(view, check, FileKind.HnswBits);
        return new(graph, graph.Space.Bits);
    }

    private static int WordsOf(int bits) => (bits + 31) / 32;

    /// <summary>The bits in the room of float32, filled up with zeros, which differ nowhere. They are never computed with as such.</summary>
    private ReadOnlySpan<float> Words(ReadOnlySpan<byte> vector, Span<float> words)
    {
        if (vector.Length != Bits / 8)
            throw new ArgumentException($"Expected {Bits / 8} bytes, as vectors of {Bits} bits have; got {vector.Length}.", nameof(vector));
        words.Clear();
        vector.CopyTo(MemoryMarshal.AsBytes(words));
        return words;
    }
}
