using System.Globalization;

namespace Orrery.Preparation.Onnx;

/// <summary>One dimension of a tensor's shape: a fixed length, a named one such as <c>N</c>, or an open one.</summary>
/// <param name="Length">The fixed length; null where it is not fixed.</param>
/// <param name="Name">The name of a length that is known only at run time; null where it has none.</param>
public readonly record struct OnnxDimension(long? Length, string? Name)
{
    /// <summary>The number of rows of a request, as Orrery names it in the graphs that it writes.</summary>
    public static readonly OnnxDimension Rows = "N";

    /// <summary>A fixed length.</summary>
    public static implicit operator OnnxDimension(long length) => FromInt64(length);

    /// <summary>A named length.</summary>
    public static implicit operator OnnxDimension(string name) => FromString(name);

    /// <summary>A fixed length.</summary>
    public static OnnxDimension FromInt64(long length) => new(length, null);

    /// <summary>A named length.</summary>
    public static OnnxDimension FromString(string name) => new(null, name);

    /// <summary>The length, else the name, else <c>?</c>.</summary>
    public override string ToString() => Length?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "?";
}
