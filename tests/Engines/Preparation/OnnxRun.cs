using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orrery.Preparation.Tests;

/// <summary>Runs a model in ONNX Runtime on the rows of a batch, with missing values written as the border says.</summary>
internal static class OnnxRun
{
    public static float[] Features(FittedTransform transform, RecordBatch batch) =>
        Floats(ModelGraph.Export(transform), transform.Inputs, batch, ModelGraph.FeaturesOutput);

    public static float[] Floats(byte[] model, IReadOnlyList<ColumnSpec> columns, RecordBatch batch, string output) =>
        Run(model, columns, batch, output, value => value.AsTensor<float>().ToArray());

    public static long[] Integers(byte[] model, IReadOnlyList<ColumnSpec> columns, RecordBatch batch, string output) =>
        Run(model, columns, batch, output, value => value.AsTensor<long>().ToArray());

    private static T[] Run<T>(byte[] model, IReadOnlyList<ColumnSpec> columns, RecordBatch batch, string output, Func<DisposableNamedOnnxValue, T[]> read)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        using var results = session.Run([.. columns.Select(c => Input(c, batch))], [output]);
        return read(results[0]);
    }

    private static NamedOnnxValue Input(ColumnSpec column, RecordBatch batch)
    {
        var array = batch.Column(column.Name);
        int[] shape = [batch.Length, 1];
        return column.Type switch
        {
            ColumnType.Number => NamedOnnxValue.CreateFromTensor(column.Name, new DenseTensor<float>(Cells(array, Number), shape)),
            ColumnType.Text => NamedOnnxValue.CreateFromTensor(column.Name, new DenseTensor<string>(Cells(array, (a, i) => ((StringArray)a).GetString(i) ?? ""), shape)),
            _ => NamedOnnxValue.CreateFromTensor(column.Name, new DenseTensor<long>(Cells(array, Integer), shape)),
        };
    }

    private static T[] Cells<T>(IArrowArray array, Func<IArrowArray, int, T> cell) => [.. Enumerable.Range(0, array.Length).Select(i => cell(array, i))];

    private static float Number(IArrowArray array, int row) => array switch
    {
        FloatArray a => a.GetValue(row) ?? float.NaN,
        DoubleArray a => (float)(a.GetValue(row) ?? double.NaN),
        _ => throw new NotSupportedException(array.GetType().Name),
    };

    private static long Integer(IArrowArray array, int row) => array switch
    {
        Int64Array a => a.GetValue(row) ?? long.MinValue,
        BooleanArray a => a.GetValue(row) is { } flag ? (flag ? 1 : 0) : long.MinValue,
        _ => throw new NotSupportedException(array.GetType().Name),
    };
}
