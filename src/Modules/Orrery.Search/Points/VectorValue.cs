namespace Orrery.Search.Points;

/// <summary>One vector of a point, under one name.</summary>
public abstract record VectorValue;

/// <summary>As many components as the collection says for that name.</summary>
/// <param name="Values">(dimension)</param>
public sealed record DenseVector(float[] Values) : VectorValue;

/// <summary>Several vectors of one dimension, compared by MaxSim: each of the query's rows with its best match (ColBERT, arXiv:2004.12832).</summary>
/// <param name="Values">(rows, dimension)</param>
/// <param name="Rows">At least 1.</param>
public sealed record MultiVector(float[] Values, int Rows) : VectorValue
{
    /// <summary>Components of a row.</summary>
    public int Dimension => Values.Length / Rows;

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Dimension, Dimension);
}

/// <summary>The components that are not zero. Sorted by index when kept.</summary>
/// <param name="Indices">Unique.</param>
/// <param name="Values">As many.</param>
public sealed record SparseVector(uint[] Indices, float[] Values) : VectorValue
{
    /// <summary>The same, in the order of its indices.</summary>
    public SparseVector Sorted()
    {
        for (var i = 1; i < Indices.Length; i++)
        {
            if (Indices[i] < Indices[i - 1])
            {
                var (indices, values) = ((uint[])Indices.Clone(), (float[])Values.Clone());
                Array.Sort(indices, values);
                return new(indices, values);
            }
        }

        return this;
    }
}
