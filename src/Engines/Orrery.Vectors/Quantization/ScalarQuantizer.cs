namespace Orrery.Vectors.Quantization;

/// <summary>
/// float32 to int8 by one scale for all components (SQ8): a quarter of the memory, and distances of integers keep their order without being decoded. One scale, as a scale
/// for each component would have to be undone in every distance. Components beyond the range are clipped.
/// </summary>
public sealed class ScalarQuantizer
{
    private const float Greatest = 127;

    /// <summary>A quantizer that was trained before.</summary>
    /// <param name="scale">What a step of a code is worth: greater than 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a positive number.</exception>
    public ScalarQuantizer(float scale)
    {
        if (!(scale > 0) || !float.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Expected a scale greater than 0 and finite.");
        Scale = scale;
    }

    /// <summary>What a step of a code is worth.</summary>
    public float Scale { get; }

    /// <summary>
    /// The scale that spans the components of a sample but for the greatest few, which cost less when they are clipped than a coarser scale costs all others.
    /// O(n log n) in components.
    /// </summary>
    /// <param name="components">Of some thousand vectors as the index keeps them: of length 1 under cosine.</param>
    /// <param name="quantile">The part of components by magnitude that is not clipped: in (0, 1], default 0.9995.</param>
    /// <exception cref="ArgumentException">The sample is empty, or all of it is zero or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The quantile is out of its range.</exception>
    public static ScalarQuantizer Train(ReadOnlySpan<float> components, double quantile = 0.9995)
    {
        if (!(quantile is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "Expected a quantile in (0, 1].");
        var magnitudes = new List<float>(components.Length);
        foreach (var component in components)
        {
            if (float.IsFinite(component) && component != 0)
                magnitudes.Add(MathF.Abs(component));
        }

        if (magnitudes.Count == 0)
            throw new ArgumentException($"Expected components that are finite and not all zero; got {components.Length} of no use.", nameof(components));
        magnitudes.Sort();
        var bound = magnitudes[(int)Math.Min(magnitudes.Count - 1, Math.Ceiling(quantile * magnitudes.Count) - 1)];
        return new ScalarQuantizer(Math.Max(bound / Greatest, float.Epsilon));
    }

    /// <summary>Writes codes in −127 … 127, and zeros behind them. O(d).</summary>
    /// <exception cref="ArgumentException">There is less room for codes than components.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<sbyte> codes)
    {
        if (codes.Length < vector.Length)
            throw new ArgumentException($"Expected room for {vector.Length} codes; got {codes.Length}.", nameof(codes));
        // Divided, not multiplied by the inverse, which is infinite for the least scales.
        for (var i = 0; i < vector.Length; i++)
            codes[i] = (sbyte)Math.Clamp(MathF.Round(vector[i] / Scale), -Greatest, Greatest);
        codes[vector.Length..].Clear();
    }

    /// <summary>Writes what the codes stand for: no further than half a step from what was encoded, if that was not clipped. O(d).</summary>
    /// <exception cref="ArgumentException">There is less room for components than codes.</exception>
    public void Decode(ReadOnlySpan<sbyte> codes, Span<float> vector)
    {
        if (vector.Length < codes.Length)
            throw new ArgumentException($"Expected room for {codes.Length} components; got {vector.Length}.", nameof(vector));
        for (var i = 0; i < codes.Length; i++)
            vector[i] = codes[i] * Scale;
    }
}
