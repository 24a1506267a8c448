namespace Orrery.Language.Models;

/// <summary>The function within feed-forward layers.</summary>
public enum Activation
{
    /// <summary>x · σ(x).</summary>
    Silu,
    /// <summary>GELU by its tanh form.</summary>
    GeluTanh,
    /// <summary>GELU by the error function.</summary>
    Gelu,
}
