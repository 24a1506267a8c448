using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Neighborhoods;
using Orrery.Vectors.Projection.Manifold;

namespace Orrery.Vectors.Projection;

/// <summary>
/// A map on which neighbours stay neighbours (UMAP; McInnes, Healy and Melville, arXiv:1802.03426): what is near on it was near before; how far apart clusters lie, and how large they are, says little.
/// <see cref="PrincipalComponents"/> is a thousand times as fast and keeps the large distances. Where this leaves the paper: the layout begins with principal components and not with a spectral embedding.
/// Thread-safe: it keeps nothing.
/// </summary>
public static class Umap
{
    /// <summary>
    /// Draws a map. O(n²·d) up to 20,000 vectors, whose neighbours are found exactly, and O(n·log n·d) above, and O(epochs·n·neighbors) for the layout: some seconds for 10,000. One thread.
    /// </summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">How distance is measured: any but dot.</param>
    /// <param name="options">How the map is drawn; of fewer vectors than neighbours all are neighbours.</param>
    /// <param name="cancellationToken">Ends it between two passes.</param>
    /// <returns>(vectors, components)</returns>
    /// <exception cref="ArgumentException">The metric is dot, or these are no whole vectors that an index could hold, or fewer than three.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or there are more components than the vectors have.</exception>
    public static float[] Draw(ReadOnlySpan<float> vectors, int dimension, Metric metric, UmapOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new UmapOptions();
        options.Validate();
        var rows = VectorRows.Accept(vectors, dimension, metric);
        if (rows.Count < 3)
            throw new ArgumentException($"Expected at least three vectors to draw a map of; got {rows.Count}.", nameof(vectors));
        if (options.Components > dimension)
            throw new ArgumentOutOfRangeException(nameof(options), options.Components, $"Expected a map of at most {dimension} components, as the vectors have.");
        var neighbors = NeighborGraph.Find(rows, Math.Min(options.Neighbors, rows.Count) - 1, cancellationToken);
        var edges = FuzzyGraph.Edges(neighbors);
        var random = new SeededRandom(options.Seed);
        var places = Begin(vectors, dimension, options.Components, random);
        var curve = MembershipCurve.Fit(options.LeastDistance, options.Spread);
        var epochs = options.Epochs ?? (rows.Count <= 10_000 ? 500 : 200);
        new Layout(places, options.Components, edges, curve, random).Run(epochs, options.NegativeSamples, cancellationToken);
        return places;
    }

    // More move the components by less than the layout does.
    private const int MostForComponents = 5_000;

    /// <summary>Principal components, the widest from −10 to 10, and a little of chance so that equal vectors part.</summary>
    private static float[] Begin(ReadOnlySpan<float> vectors, int dimension, int components, SeededRandom random)
    {
        var principal = PrincipalComponents.Fit(Sample(vectors, dimension), dimension, components);
        var (places, place) = (new float[vectors.Length / dimension * components], new double[components]);
        var widest = 0f;
        for (var row = 0; row < places.Length / components; row++)
        {
            principal.Project(vectors.Slice(row * dimension, dimension), place);
            for (var c = 0; c < components; c++)
                widest = Math.Max(widest, Math.Abs(places[(row * components) + c] = (float)place[c]));
        }

        var scale = widest > 0 ? 10 / widest : 0;
        foreach (ref var value in places.AsSpan())
            value = (value * scale) + (float)(1e-4 * random.NextGaussian());
        return places;
    }

    private static ReadOnlySpan<float> Sample(ReadOnlySpan<float> vectors, int dimension)
    {
        var stride = (vectors.Length / dimension + MostForComponents - 1) / MostForComponents;
        if (stride == 1)
            return vectors;
        var sample = new float[vectors.Length / dimension / stride * dimension];
        for (var i = 0; i < sample.Length / dimension; i++)
            vectors.Slice(i * stride * dimension, dimension).CopyTo(sample.AsSpan(i * dimension));
        return sample;
    }
}
