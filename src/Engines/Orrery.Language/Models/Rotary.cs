using Orrery.Language.Kernels;

namespace Orrery.Language.Models;

/// <summary>
/// Rotary position embedding: sines and cosines of a batch's positions, computed once for all layers and heads that share a base.
/// </summary>
internal sealed unsafe class Rotary
{
    private readonly double[] _frequencies;
    private readonly double _magnitude;
    private readonly NativeArray<float> _turns;
    private readonly RotaryStyle _style;

    /// <param name="style">Which components rotate together.</param>
    /// <param name="dimensions">Components that rotate, even.</param>
    /// <param name="theBase">Of the wavelengths.</param>
    /// <param name="scaling">How they are slowed.</param>
    /// <param name="divisors">A divisor for each frequency, where the file brings them.</param>
    /// <param name="mostColumns">Columns of a batch.</param>
    public Rotary(RotaryStyle style, int dimensions, double theBase, RotaryScaling scaling, float[]? divisors, int mostColumns)
    {
        _style = style;
        _frequencies = Frequencies(dimensions, theBase, scaling);
        for (var i = 0; i < _frequencies.Length && divisors is not null; i++)
            _frequencies[i] /= divisors[i];
        _magnitude = scaling.AttentionFactor ?? Magnitude(scaling);
        _turns = new((long)mostColumns * dimensions);
    }

    private int Pairs => _frequencies.Length;

    /// <summary>Computes (columns, pairs, cosine and sine).</summary>
    public void Place(ReadOnlySpan<int> positions)
    {
        var turn = _turns.Pointer;
        foreach (var position in positions)
        {
            foreach (var frequency in _frequencies)
            {
                var (sine, cosine) = Math.SinCos(position * frequency);
                *turn++ = (float)(cosine * _magnitude);
                *turn++ = (float)(sine * _magnitude);
            }
        }
    }

    /// <summary>Turns the heads of one column, (heads, headDimension).</summary>
    public void Turn(int column, float* heads, int headCount, int headDimension)
    {
        var turn = _turns.Pointer + (long)column * 2 * Pairs;
        var (step, partner) = _style is RotaryStyle.Adjacent ? (2, 1) : (1, Pairs);
        for (var head = 0; head < headCount; head++, heads += headDimension)
        {
            for (var i = 0; i < Pairs; i++)
            {
                var (cosine, sine) = (turn[2 * i], turn[2 * i + 1]);
                var (x, y) = (heads[i * step], heads[i * step + partner]);
                heads[i * step] = x * cosine - y * sine;
                heads[i * step + partner] = x * sine + y * cosine;
            }
        }
    }

    /// <summary>Radians a position, of each pair.</summary>
    private static double[] Frequencies(int dimensions, double theBase, RotaryScaling scaling)
    {
        if (scaling.Kind is RotaryScalingKind.Ntk)
            theBase *= Math.Pow(scaling.Factor, dimensions / (dimensions - 2.0));
        var frequencies = new double[dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(theBase, -2.0 * i / dimensions);
            frequencies[i] = scaling.Kind switch
            {
                RotaryScalingKind.Linear => frequency / scaling.Factor,
                RotaryScalingKind.Yarn => Yarn(frequency, i, dimensions, theBase, scaling),
                RotaryScalingKind.Llama3 => Llama3(frequency, scaling),
                _ => frequency,
            };
        }

        return frequencies;
    }

    /// <summary>arXiv 2309.00071, section 3.2: a ramp over the dimensions between those that turn often and those that turn hardly once in the trained context.</summary>
    private static double Yarn(double frequency, int pair, int dimensions, double theBase, RotaryScaling scaling)
    {
        double Dimension(double rotations) => dimensions * Math.Log(scaling.OriginalContext / (rotations * 2 * Math.PI)) / (2 * Math.Log(theBase));
        var low = Math.Max(0, Math.Floor(Dimension(scaling.FastRotations)));
        var high = Math.Min(dimensions - 1, Math.Ceiling(Dimension(scaling.SlowRotations)));
        var ramp = Math.Clamp((pair - low) / Math.Max(0.001, high - low), 0, 1);
        return frequency / scaling.Factor * ramp + frequency * (1 - ramp);
    }

    private static double Llama3(double frequency, RotaryScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalContext / scaling.HighFrequencyFactor)
            return frequency;
        if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor)
            return frequency / scaling.Factor;
        var smooth = (scaling.OriginalContext / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }

    private static double Magnitude(RotaryScaling scaling) => scaling.Kind switch
    {
        RotaryScalingKind.Yarn when scaling.Factor > 1 => 0.1 * Math.Log(scaling.Factor) + 1,
        RotaryScalingKind.LongRope when scaling.Factor > 1 => Math.Sqrt(1 + Math.Log(scaling.Factor) / Math.Log(scaling.OriginalContext)),
        _ => 1,
    };
}
