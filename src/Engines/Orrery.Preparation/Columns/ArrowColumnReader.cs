using Apache.Arrow;
using Apache.Arrow.Types;
using Orrery.Kernel;

namespace Orrery.Preparation.Columns;

/// <summary>Copies an Arrow array into a column of the declared type; nulls become the kind's missing value.</summary>
internal static class ArrowColumnReader
{
    public static void ReadNumbers(ColumnSpec spec, IArrowArray array, Span<float> to)
    {
        switch (array)
        {
            case FloatArray a: a.Values.CopyTo(to); break;
            case DoubleArray a: Convert(a.Values, to, static v => (float)v); break;
            case HalfFloatArray a: Convert(a.Values, to, static v => (float)v); break;
            case Int64Array a: Convert(a.Values, to, static v => v); break;
            case Int32Array a: Convert(a.Values, to, static v => v); break;
            case Int16Array a: Convert(a.Values, to, static v => v); break;
            case Int8Array a: Convert(a.Values, to, static v => v); break;
            case UInt64Array a: Convert(a.Values, to, static v => v); break;
            case UInt32Array a: Convert(a.Values, to, static v => v); break;
            case UInt16Array a: Convert(a.Values, to, static v => v); break;
            case UInt8Array a: Convert(a.Values, to, static v => v); break;
            case Decimal128Array a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = a.GetValue(i) is { } value ? (float)(double)value : float.NaN;
                break;
            case BooleanArray a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = a.GetValue(i) is { } value ? (value ? 1f : 0f) : float.NaN;
                break;
            case NullArray: to.Fill(float.NaN); break;
            default: throw Wrong(spec, array, "a number: any Arrow integer, float, decimal or boolean");
        }

        if (array.NullCount == 0)
            return;
        for (var i = 0; i < to.Length; i++)
        {
            if (array.IsNull(i))
                to[i] = float.NaN;
        }
    }

    public static void ReadIntegers(ColumnSpec spec, IArrowArray array, Span<long> to)
    {
        switch (array)
        {
            case TimestampArray a when spec.Type == ColumnType.Timestamp: ReadTimes(a, to); break;
            case Date32Array a when spec.Type == ColumnType.Timestamp: Convert(a.Values, to, static days => days * 86_400L); break;
            case Date64Array a when spec.Type == ColumnType.Timestamp: Convert(a.Values, to, static ms => FloorDivide(ms, 1_000)); break;
            case BooleanArray a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = a.GetValue(i) is true ? 1 : 0;
                break;
            case Int64Array a: a.Values.CopyTo(to); break;
            case Int32Array a: Convert(a.Values, to, static v => v); break;
            case Int16Array a: Convert(a.Values, to, static v => v); break;
            case Int8Array a: Convert(a.Values, to, static v => v); break;
            case UInt32Array a: Convert(a.Values, to, static v => v); break;
            case UInt16Array a: Convert(a.Values, to, static v => v); break;
            case UInt8Array a: Convert(a.Values, to, static v => v); break;
            case NullArray: to.Fill(Missing.Integer); break;
            default:
                throw Wrong(spec, array, spec.Type == ColumnType.Timestamp
                    ? "an Arrow timestamp or date, or integers that are Unix seconds"
                    : "an Arrow integer of at most 64 bits signed, or boolean");
        }

        if (array.NullCount == 0)
            return;
        for (var i = 0; i < to.Length; i++)
        {
            if (array.IsNull(i))
                to[i] = Missing.Integer;
        }
    }

    private static void ReadTimes(TimestampArray array, Span<long> to)
    {
        var perSecond = ((TimestampType)array.Data.DataType).Unit switch
        {
            TimeUnit.Second => 1L,
            TimeUnit.Millisecond => 1_000L,
            TimeUnit.Microsecond => 1_000_000L,
            _ => 1_000_000_000L,
        };
        var values = array.Values;
        for (var i = 0; i < to.Length; i++)
            to[i] = FloorDivide(values[i], perSecond);
    }

    public static void ReadTexts(ColumnSpec spec, IArrowArray array, Span<int> to, TextIndex texts)
    {
        switch (array)
        {
            case StringArray a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = texts.CodeOf(a.IsNull(i) ? [] : a.GetBytes(i));
                break;
            case LargeStringArray a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = texts.CodeOf(a.IsNull(i) ? [] : a.GetBytes(i));
                break;
            case StringViewArray a:
                for (var i = 0; i < to.Length; i++)
                    to[i] = texts.CodeOf(a.IsNull(i) ? [] : a.GetBytes(i));
                break;
            case DictionaryArray a: ReadDictionary(spec, a, to, texts); break;
            case NullArray: to.Fill(texts.CodeOf(Missing.Text)); break;
            default: throw Wrong(spec, array, "Arrow text, plain or dictionary-encoded");
        }
    }

    private static void ReadDictionary(ColumnSpec spec, DictionaryArray array, Span<int> to, TextIndex texts)
    {
        var codes = new int[array.Dictionary.Length];
        ReadTexts(spec, array.Dictionary, codes, texts);
        var missing = texts.CodeOf(Missing.Text);
        var indices = new long[array.Length];
        ReadIntegers(spec with { Type = ColumnType.Integer }, array.Indices, indices);
        for (var i = 0; i < to.Length; i++)
            to[i] = indices[i] == Missing.Integer ? missing : codes[indices[i]];
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<float> to, Func<T, float> convert)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = convert(from[i]);
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<long> to, Func<T, long> convert)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = convert(from[i]);
    }

    private static long FloorDivide(long value, long by) => value >= 0 || value % by == 0 ? value / by : (value / by) - 1;

    private static InvalidException Wrong(ColumnSpec spec, IArrowArray array, string expected) =>
        new($"Column '{spec.Name}' is declared as {spec.Type}, which needs {expected}; the batch has Arrow {array.Data.DataType.Name}.");
}
