namespace Orrery.Language.Models;

/// <summary>How rotations are slowed, so that a model reads more positions than it was trained on.</summary>
public enum RotaryScalingKind
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>All by the factor (arXiv 2306.15595).</summary>
    Linear,
    /// <summary>Slow rotations by the factor, fast ones not at all, and attention a little sharper (arXiv 2309.00071).</summary>
    Yarn,
    /// <summary>As Llama 3.1 does, between two wavelengths.</summary>
    Llama3,
    /// <summary>A larger base (NTK-aware).</summary>
    Ntk,
    /// <summary>A factor for each rotation, long or short by the context (arXiv 2402.13753).</summary>
    LongRope,
}

/// <summary>The scaling of rotations.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Factor">How many times more positions.</param>
/// <param name="OriginalContext">Positions that the model was trained on.</param>
/// <param name="AttentionFactor">What rotated components are multiplied with; null where the way itself says.</param>
public sealed record RotaryScaling(RotaryScalingKind Kind, double Factor, int OriginalContext, double? AttentionFactor = null)
{
    /// <summary>None.</summary>
    public static RotaryScaling None { get; } = new(RotaryScalingKind.None, 1, 0);

    /// <summary>YaRN: rotations in the original context above which nothing is slowed.</summary>
    public double FastRotations { get; init; } = 32;

    /// <summary>YaRN: rotations below which all is slowed.</summary>
    public double SlowRotations { get; init; } = 1;

    /// <summary>Llama 3: the context divided by this is the wavelength above which all is slowed.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: the context divided by this is the wavelength below which nothing is slowed.</summary>
    public double HighFrequencyFactor { get; init; } = 4;
}
