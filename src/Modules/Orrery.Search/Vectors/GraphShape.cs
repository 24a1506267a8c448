using System.Runtime.InteropServices;
using Orrery.Search.Collections;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Quantization;

namespace Orrery.Search.Vectors;

/// <summary>What a graph is built by; another shape needs another graph.</summary>
/// <param name="Links">Links of a point.</param>
/// <param name="EfConstruct">Candidates while it is built.</param>
/// <param name="Quantile">Which part of the components int8 codes span; null where the graph ranks by the vectors themselves.</param>
internal sealed record GraphShape(int Links, int EfConstruct, double? Quantile)
{
    /// <summary>How many times as many as are wanted are compared by their vectors where nobody says.</summary>
    public const double Oversampling = 3;

    private const int SampledComponents = 1 << 20;
    private const int DefaultLinks = 16;
    private const int DefaultEfConstruct = 100;

    /// <summary>Whether it ranks by codes.</summary>
    public bool IsQuantized => Quantile is not null;

    /// <summary>The shape for a vector: what it says itself, else what its collection says.</summary>
    public static GraphShape Of(CollectionConfig collection, DenseVectorConfig vector)
    {
        var hnsw = collection.Hnsw.Then(vector.Hnsw);
        return new(hnsw.M ?? DefaultLinks, hnsw.EfConstruct ?? DefaultEfConstruct, (vector.Codes ?? collection.Codes)?.Quantile);
    }

    /// <summary>How many vectors of a size a quantizer is trained on.</summary>
    public static int SampleOf(int size) => Math.Max(256, SampledComponents / size);

    /// <summary>The engine's options for so many vectors.</summary>
    public HnswOptions Options(int count, List<float> sample) => new()
    {
        M = Links,
        EfConstruction = EfConstruct,
        Capacity = Math.Max(count, 1024),
        Quantizer = Quantile is { } quantile && sample.Exists(component => component != 0) ? ScalarQuantizer.Train(CollectionsMarshal.AsSpan(sample), quantile) : null,
    };
}
