using System.Text.Json.Serialization;
using Orrery.Preparation.Graph;

namespace Orrery.Preparation;

/// <summary>What a raw input column holds.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ColumnType>))]
public enum ColumnType
{
    /// <summary>
    /// A real number. Any Arrow integer, float or decimal column is accepted and rounded to 32 bits at the border; missing is null or NaN.
    /// ONNX: <c>float</c>, missing is NaN.
    /// </summary>
    Number,
    /// <summary>
    /// UTF-8 text, plain or dictionary-encoded; missing is null or empty. ONNX: <c>string</c>, missing is the empty string.
    /// </summary>
    Text,
    /// <summary>A 64-bit integer; missing is null. ONNX: <c>int64</c>, missing is <see cref="long.MinValue"/>.</summary>
    Integer,
    /// <summary>
    /// True or false, read as 1 and 0; missing is null. ONNX: <c>int64</c> (a tensor of bool has no missing), missing is
    /// <see cref="long.MinValue"/>.
    /// </summary>
    Boolean,
    /// <summary>
    /// A time. An Arrow timestamp or date of any unit (rounded down to seconds), or integers that are Unix seconds already; missing is
    /// null.
    /// ONNX: <c>int64</c> Unix seconds, missing is <see cref="long.MinValue"/>, which NumPy and pandas call NaT.
    /// </summary>
    Timestamp,
}
