namespace Orrery.Language.Weights.Blocks;

/// <summary>
/// Scales that make the weighted squared error of a group small: candidates around the obvious scale are tried, the codes rounded, and scale (and minimum) solved for
/// by least squares. Larger values weigh more, since products with them matter more.
/// </summary>
internal static unsafe class LeastSquares
{
    private const int Candidates = 21;

    /// <summary>32 values as scale × code − minimum, codes 0–15, scale and minimum not negative.</summary>
    public static (float Scale, float Minimum) Ranged(float* values, byte* codes)
    {
        float least = 0, greatest = values[0], squares = 0;
        for (var i = 0; i < 32; i++)
        {
            (least, greatest) = (MathF.Min(least, values[i]), MathF.Max(greatest, values[i]));
            squares += values[i] * values[i];
        }

        if (!(greatest > least))
        {
            new Span<byte>(codes, 32).Clear();
            return (0, -least);
        }

        var typical = MathF.Sqrt(squares / 32);
        var best = ((greatest - least) / 15, -least);
        var bestError = float.PositiveInfinity;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            // From one step fewer to one more over the range.
            var inverse = (14 + 0.1f * candidate) / (greatest - least);
            for (var i = 0; i < 32; i++)
                codes[i] = (byte)Math.Clamp((int)MathF.Round((values[i] - least) * inverse), 0, 15);
            var (scale, minimum) = Solve(values, codes, typical);
            var error = Error(values, codes, typical, scale, minimum);
            if (scale > 0 && error < bestError)
                (best, bestError) = ((scale, minimum), error);
        }

        return best;
    }

    /// <summary>16 values as scale × (code − 32), codes 0–63.</summary>
    public static float Symmetric(float* values)
    {
        var largest = 0f;
        for (var i = 0; i < 16; i++)
        {
            if (MathF.Abs(values[i]) > MathF.Abs(largest))
                largest = values[i];
        }

        if (largest == 0)
            return 0;
        float best = largest / -32, bestGain = 0;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var inverse = -(31 + 0.1f * candidate) / largest;
            float cross = 0, square = 0;
            for (var i = 0; i < 16; i++)
            {
                var code = Math.Clamp((int)MathF.Round(values[i] * inverse), -32, 31);
                var weight = values[i] * values[i];
                cross += weight * values[i] * code;
                square += weight * code * code;
            }

            // The error is constant − cross² / square at the best scale cross / square.
            if (square > 0 && cross * cross > bestGain * square)
                (best, bestGain) = (cross / square, cross * cross / square);
        }

        return best;
    }

    private static (float Scale, float Minimum) Solve(float* values, byte* codes, float typical)
    {
        float weights = 0, sumCode = 0, sumValue = 0, sumSquare = 0, sumCross = 0;
        for (var i = 0; i < 32; i++)
        {
            var weight = typical + MathF.Abs(values[i]);
            weights += weight;
            sumCode += weight * codes[i];
            sumValue += weight * values[i];
            sumSquare += weight * codes[i] * codes[i];
            sumCross += weight * codes[i] * values[i];
        }

        var determinant = weights * sumSquare - sumCode * sumCode;
        if (determinant <= 0)
            return (0, 0);
        var scale = (weights * sumCross - sumValue * sumCode) / determinant;
        var minimum = (sumCode * sumCross - sumSquare * sumValue) / determinant;
        // A negative minimum cannot be stored: the best without one.
        return minimum < 0 ? (sumCross / sumSquare, 0) : (scale, minimum);
    }

    private static float Error(float* values, byte* codes, float typical, float scale, float minimum)
    {
        var error = 0f;
        for (var i = 0; i < 32; i++)
        {
            var difference = scale * codes[i] - minimum - values[i];
            error += (typical + MathF.Abs(values[i])) * difference * difference;
        }

        return error;
    }
}
