namespace Orrery.Language.Weights.Blocks;

/// <summary>The codes of 32 values in the formats of one scale.</summary>
internal static unsafe class Rounding
{
    /// <summary>
    /// Codes 0 … 2·zero − 1 around <paramref name="zero"/>. The value of greatest magnitude becomes code 0, exactly: one more step lies below zero than above, and the
    /// sign of the scale puts it on that side.
    /// </summary>
    public static float Symmetric(float* values, int zero, byte* codes)
    {
        var largest = 0f;
        for (var i = 0; i < 32; i++)
        {
            if (MathF.Abs(values[i]) > MathF.Abs(largest))
                largest = values[i];
        }

        var scale = largest / -zero;
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < 32; i++)
            codes[i] = (byte)Math.Clamp((int)(values[i] * inverse + zero + 0.5f), 0, 2 * zero - 1);
        return scale;
    }

    /// <summary>Codes 0 … <paramref name="highest"/> between the least and the greatest value.</summary>
    public static (float Scale, float Minimum) Ranged(float* values, int highest, byte* codes)
    {
        float least = values[0], greatest = values[0];
        for (var i = 1; i < 32; i++)
            (least, greatest) = (MathF.Min(least, values[i]), MathF.Max(greatest, values[i]));
        var scale = (greatest - least) / highest;
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < 32; i++)
            codes[i] = (byte)Math.Clamp((int)((values[i] - least) * inverse + 0.5f), 0, highest);
        return (scale, least);
    }
}
