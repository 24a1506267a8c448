using Orrery.Statistics;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Lsh;

/// <summary>Hashes under which near vectors collide more often than far ones.</summary>
internal abstract class HashFamily(int dimension, int hashes, ulong seed)
{
    private readonly float[] _directions = Gaussian(dimension * hashes, seed);

    /// <summary>The family for a metric.</summary>
    public static HashFamily Of(Metric metric, int dimension, int hashes, double width, ulong seed) => metric switch
    {
        Metric.Cosine => new HyperplaneHashes(dimension, hashes, seed),
        Metric.Euclidean => new StableHashes(dimension, hashes, width, seed),
        _ => throw new ArgumentException($"Expected cosine or Euclidean, for which there are random projections; got {metric}. Use another index.", nameof(metric)),
    };

    /// <summary>Writes the hash of each function, and how far the vector is from the border to the other side or bucket.</summary>
    public void Hash(ReadOnlySpan<float> vector, Span<int> buckets, Span<float> margins)
    {
        for (var i = 0; i < buckets.Length; i++)
            (buckets[i], margins[i]) = Bucket(Distance.Dot(_directions.AsSpan(i * dimension, dimension), vector), i);
    }

    /// <summary>The bucket that lies behind the nearer border.</summary>
    public abstract int Neighboring(int bucket, float margin);

    protected abstract (int Bucket, float Margin) Bucket(float projection, int hash);

    private static float[] Gaussian(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)random.NextGaussian();
        return values;
    }
}

/// <summary>The side of a random hyperplane (Charikar 2002): two directions at an angle θ differ with a chance of θ/π.</summary>
internal sealed class HyperplaneHashes(int dimension, int hashes, ulong seed) : HashFamily(dimension, hashes, seed)
{
    public override int Neighboring(int bucket, float margin) => 1 - bucket;

    protected override (int Bucket, float Margin) Bucket(float projection, int hash) => (projection > 0 ? 1 : 0, MathF.Abs(projection));
}

/// <summary>A stretch of a random line, shifted by chance (p-stable, Datar, Immorlica, Indyk, Mirrokni 2004).</summary>
internal sealed class StableHashes : HashFamily
{
    private readonly float[] _shifts;
    private readonly double _width;

    public StableHashes(int dimension, int hashes, double width, ulong seed)
        : base(dimension, hashes, seed)
    {
        var random = SeededRandom.ForPart(seed, 1);
        _width = width;
        _shifts = [.. Enumerable.Range(0, hashes).Select(_ => (float)random.NextDouble())];
    }

    // A margin below zero means that the lower border is nearer.
    public override int Neighboring(int bucket, float margin) => margin < 0 ? bucket - 1 : bucket + 1;

    protected override (int Bucket, float Margin) Bucket(float projection, int hash)
    {
        var place = (projection / _width) + _shifts[hash];
        var bucket = Math.Floor(Math.Clamp(place, int.MinValue + 2.0, int.MaxValue - 2.0));
        var within = (float)(place - bucket);
        return ((int)bucket, within < 0.5f ? -within : 1 - within);
    }
}
