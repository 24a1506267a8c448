using Orrery.Kernel;

namespace Orrery.Training.LightGbm;

/// <summary>
/// Rows that LightGBM has binned. Binning is the costly part and depends on the data and <c>max_bin</c> alone, so that one dataset serves all
/// trials of a study; a validation set must be binned like the training set, which it names as its reference. Thread-safe for reading.
/// </summary>
internal sealed class LightGbmDataset : IDisposable
{
    private LightGbmDataset(DatasetHandle handle, int rows, int columns)
    {
        Handle = handle;
        Rows = rows;
        Columns = columns;
    }

    internal DatasetHandle Handle { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Bins a row-major matrix; NaN is a missing value.</summary>
    /// <param name="values">Rows × columns.</param>
    /// <param name="names">One name a column.</param>
    /// <param name="label">One value a row.</param>
    /// <param name="parameters">Must hold those of the boosters to come that touch binning (<c>max_bin</c>, <c>min_data_in_bin</c>).</param>
    /// <param name="reference">The dataset whose bins to use.</param>
    public static unsafe LightGbmDataset Create(
        ReadOnlySpan<float> values, IReadOnlyList<string> names, ReadOnlySpan<float> label, LightGbmParameters parameters, LightGbmDataset? reference = null)
    {
        var columns = names.Count;
        var rows = label.Length;
        if (rows == 0 || columns == 0)
            throw new InvalidException($"LightGBM needs at least one row and one column; got {rows} rows of {columns} columns.");
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"Expected {rows} × {columns} values, got {values.Length}.", nameof(values));

        DatasetHandle handle;
        fixed (float* data = values)
        {
            // The pointer of the reference stays valid: the caller's object is kept alive below.
            LightGbmLibrary.Check(LightGbmLibrary.DatasetCreateFromMat(
                data, LightGbmLibrary.Float32, rows, columns, 1, parameters.ToString(), reference?.Handle.DangerousGetHandle() ?? 0, out handle));
        }

        GC.KeepAlive(reference);
        var dataset = new LightGbmDataset(handle, rows, columns);
        try
        {
            LightGbmLibrary.Check(LightGbmLibrary.DatasetSetFeatureNames(handle, FeatureNames.Native(names), columns));
            dataset.SetField("label", label);
            return dataset;
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    /// <summary>One weight a row.</summary>
    public void SetWeights(ReadOnlySpan<float> weights) => SetField("weight", weights);

    /// <summary>The number of rows of each query, for ranking; they add up to the rows.</summary>
    public unsafe void SetGroups(ReadOnlySpan<int> sizes)
    {
        fixed (int* data = sizes)
            LightGbmLibrary.Check(LightGbmLibrary.DatasetSetField(Handle, "group", data, sizes.Length, LightGbmLibrary.Int32));
    }

    private unsafe void SetField(string field, ReadOnlySpan<float> values)
    {
        if (values.Length != Rows)
            throw new ArgumentException($"The field {field} needs {Rows} values, got {values.Length}.", nameof(values));
        fixed (float* data = values)
            LightGbmLibrary.Check(LightGbmLibrary.DatasetSetField(Handle, field, data, values.Length, LightGbmLibrary.Float32));
    }

    public void Dispose() => Handle.Dispose();
}
