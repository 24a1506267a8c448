using Apache.Arrow;
using Apache.Arrow.Types;
using Orrery.Kernel;

namespace Orrery.Training.Scoring;

/// <summary>
/// Reads the columns of a dataset (boolean, 64-bit integer, 64-bit float, text, timestamp) as a model's inputs: missing is NaN, the smallest
/// integer, or the empty text.
/// </summary>
internal static class ArrowValues
{
    /// <summary>Missing, where the type has no NaN; what the transform's ONNX graph takes for missing.</summary>
    public const long MissingInteger = long.MinValue;

    public static float[] Numbers(IArrowArray array) => array switch
    {
        DoubleArray a => Map(a, i => (float)a.Values[i], float.NaN),
        FloatArray a => Map(a, i => a.Values[i], float.NaN),
        Int64Array a => Map(a, i => (float)a.Values[i], float.NaN),
        Int32Array a => Map(a, i => (float)a.Values[i], float.NaN),
        BooleanArray a => Map(a, i => a.GetValue(i) == true ? 1f : 0f, float.NaN),
        _ => throw Wrong(array, "numbers"),
    };

    public static long[] Integers(IArrowArray array) => array switch
    {
        Int64Array a => Map(a, i => a.Values[i], MissingInteger),
        Int32Array a => Map(a, i => (long)a.Values[i], MissingInteger),
        BooleanArray a => Map(a, i => a.GetValue(i) == true ? 1L : 0L, MissingInteger),
        TimestampArray a => Map(a, i => Seconds(a.Values[i], ((TimestampType)a.Data.DataType).Unit), MissingInteger),
        _ => throw Wrong(array, "integers or timestamps"),
    };

    public static string[] Texts(IArrowArray array) => array switch
    {
        StringArray a => Map(a, i => a.GetString(i), ""),
        LargeStringArray a => Map(a, i => a.GetString(i), ""),
        NullArray a => [.. Enumerable.Repeat("", a.Length)],
        _ => throw Wrong(array, "texts"),
    };

    /// <summary>Some rows of a batch, as a view.</summary>
    public static RecordBatch Slice(RecordBatch batch, int start, int length) =>
        new(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, start, length)), length);

    private static T[] Map<T>(IArrowArray array, Func<int, T> read, T missing)
    {
        var values = new T[array.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = array.IsNull(i) ? missing : read(i);
        return values;
    }

    private static long Seconds(long value, TimeUnit unit)
    {
        var perSecond = unit switch { TimeUnit.Second => 1L, TimeUnit.Millisecond => 1_000L, TimeUnit.Microsecond => 1_000_000L, _ => 1_000_000_000L };
        var seconds = value / perSecond;
        return value % perSecond < 0 ? seconds - 1 : seconds; // down, also before 1970
    }

    private static InvalidException Wrong(IArrowArray array, string expected) => new($"Expected a column of {expected}, got {array.Data.DataType.Name}.");
}
