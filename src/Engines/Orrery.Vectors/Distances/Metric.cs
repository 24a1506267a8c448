namespace Orrery.Vectors.Distances;

/// <summary>How far two vectors are apart. Whatever the metric, a smaller distance is closer.</summary>
public enum Metric
{
    /// <summary>1 − cos(x, y), in [0, 2]. Indexes store vectors of length 1, so a zero vector is refused.</summary>
    Cosine,

    /// <summary>−Σ xᵢyᵢ: the greatest inner product is the closest. Not a metric in the strict sense.</summary>
    Dot,

    /// <summary>√Σ (xᵢ − yᵢ)². Indexes rank by the square and take the root of what they return.</summary>
    Euclidean,

    /// <summary>Σ |xᵢ − yᵢ|.</summary>
    Manhattan,

    /// <summary>The number of components that differ.</summary>
    Hamming,
}
