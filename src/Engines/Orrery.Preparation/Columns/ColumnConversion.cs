using System.Globalization;

namespace Orrery.Preparation.Columns;

/// <summary>The two conversions that the graph makes by itself; <see cref="Graph.OnnxBlock"/> has their ONNX side.</summary>
internal static class ColumnConversion
{
    /// <summary>Integers as numbers, rounded to the nearest, their missing value as NaN; numbers as they are.</summary>
    public static NumberColumn ToNumbers(Column column, ColumnPool pool)
    {
        if (column is NumberColumn numbers)
            return numbers;
        var converted = pool.Numbers(column.Length);
        var from = ((IntegerColumn)column).Values;
        var to = converted.Values;
        for (var row = 0; row < to.Length; row++)
            to[row] = from[row] == Missing.Integer ? float.NaN : from[row];
        return converted;
    }

    /// <summary>Integers written out in invariant culture, their missing value as the empty text; texts as they are.</summary>
    public static TextColumn ToTexts(Column column, ColumnPool pool)
    {
        if (column is TextColumn texts)
            return texts;
        var codes = pool.Ints(column.Length);
        var from = ((IntegerColumn)column).Values;
        var to = codes.Span;
        var distinct = new List<string>();
        var known = new Dictionary<long, int>();
        for (var row = 0; row < to.Length; row++)
        {
            if (!known.TryGetValue(from[row], out var code))
            {
                distinct.Add(from[row] == Missing.Integer ? Missing.Text : from[row].ToString(CultureInfo.InvariantCulture));
                known.Add(from[row], code = distinct.Count - 1);
            }

            to[row] = code;
        }

        return new(codes, distinct);
    }
}
