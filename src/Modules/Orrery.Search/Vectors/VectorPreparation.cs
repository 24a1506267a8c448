using Orrery.Kernel;
using Orrery.Search.Collections;
using Orrery.Search.Points;

namespace Orrery.Search.Vectors;

/// <summary>Checks vectors against the collection and brings them into the form in which they are kept and compared.</summary>
internal static class VectorPreparation
{
    /// <summary>The most rows of a multivector, as bytes: one point must not take a shard's memory.</summary>
    private const int MaxMultiBytes = 1 << 20;

    /// <summary>The vector as it is kept.</summary>
    /// <exception cref="InvalidException">It does not fit the collection, or has a component that is not finite.</exception>
    public static VectorValue Prepare(CollectionConfig config, string name, VectorValue vector) => Prepare(config, name, vector, stored: true);

    /// <summary>A query's vector: as <see cref="Prepare(CollectionConfig, string, VectorValue)"/>, but one without direction is as far from all and no error: a mean may be one.</summary>
    public static VectorValue PrepareQuery(CollectionConfig config, string name, VectorValue vector) => Prepare(config, name, vector, stored: false);

    private static VectorValue Prepare(CollectionConfig config, string name, VectorValue vector, bool stored)
    {
        if (config.SparseVectors.TryGetValue(name, out _))
            return vector is SparseVector sparse ? Checked(sparse) : throw new InvalidException($"Conversion between sparse and regular vectors failed: '{name}' is sparse.");
        if (!config.Vectors.TryGetValue(name, out var dense))
            throw new InvalidException($"Not existing vector name error: {name}");
        return vector switch
        {
            SparseVector => throw new InvalidException("Conversion between sparse and regular vectors failed: a dense vector is expected."),
            MultiVector multi when dense.IsMulti => Prepared(dense, multi, stored),
            DenseVector row when dense.IsMulti => Prepared(dense, new MultiVector(row.Values, 1), stored),
            DenseVector row => new DenseVector(Prepared(dense, row.Values, stored)),
            _ => throw new InvalidException("Conversion between multi and regular vectors failed: the vector is no multivector."),
        };
    }

    private static MultiVector Prepared(DenseVectorConfig config, MultiVector multi, bool stored)
    {
        if (multi.Rows < 1)
            throw new InvalidException("Expected at least one vector in a multivector.");
        if (multi.Values.Length * sizeof(float) > MaxMultiBytes)
            throw new InvalidException($"Multivector is too large: it has {multi.Values.Length} components, at most {MaxMultiBytes / sizeof(float)} are allowed.");
        var values = new float[multi.Values.Length];
        for (var row = 0; row < multi.Rows; row++)
            Prepared(config, multi.Row(row), stored).CopyTo(values, row * multi.Dimension);
        return new(values, multi.Rows);
    }

    private static float[] Prepared(DenseVectorConfig config, ReadOnlySpan<float> vector, bool stored)
    {
        if (vector.Length != config.Size)
            throw new InvalidException($"Vector dimension error: expected dim: {config.Size}, got {vector.Length}");
        var squares = 0d;
        foreach (var component in vector)
        {
            if (!float.IsFinite(component))
                throw new InvalidException("Expected finite components in a vector; one of them is not.");
            squares += (double)component * component;
        }

        var kept = vector.ToArray();
        if (config.Datatype == VectorDatatype.Uint8)
        {
            for (var i = 0; i < kept.Length; i++)
                kept[i] = (byte)Math.Clamp(kept[i], 0, 255);
            return stored && config.Distance == VectorDistance.Cosine && !kept.AsSpan().ContainsAnyExcept(0f) ? throw NoDirection() : kept;
        }

        if (config.Distance == VectorDistance.Cosine)
        {
            if (squares == 0)
                return stored ? throw NoDirection() : kept;
            var scale = 1 / Math.Sqrt(squares);
            // What has length 1 already keeps its digits: a vector that is read and written again is the same.
            if (Math.Abs(squares - 1) > 1e-6)
            {
                for (var i = 0; i < kept.Length; i++)
                    kept[i] = (float)(kept[i] * scale);
            }
        }

        if (config.Datatype == VectorDatatype.Float16)
        {
            for (var i = 0; i < kept.Length; i++)
                kept[i] = (float)(Half)kept[i];
        }

        return kept;
    }

    private static InvalidException NoDirection() => new("A zero vector has no direction, so it cannot be compared by cosine; leave it out, or take another distance.");

    private static SparseVector Checked(SparseVector vector)
    {
        if (vector.Indices.Length != vector.Values.Length)
            throw new InvalidException($"Expected as many values as indices in a sparse vector; got {vector.Values.Length} and {vector.Indices.Length}.");
        if (vector.Values.Any(value => !float.IsFinite(value)))
            throw new InvalidException("Expected finite values in a sparse vector; one of them is not.");
        var sorted = vector.Sorted();
        for (var i = 1; i < sorted.Indices.Length; i++)
        {
            if (sorted.Indices[i] == sorted.Indices[i - 1])
                throw new InvalidException($"Expected unique indices in a sparse vector; {sorted.Indices[i]} is there twice.");
        }

        return sorted;
    }
}
