using System.Text;
using Orrery.Kernel;

namespace Orrery.Training.LightGbm;

/// <summary>What a prediction gives; the numbers are <c>C_API_PREDICT_…</c>.</summary>
internal enum BoosterOutput
{
    /// <summary>Through the objective's link: probabilities.</summary>
    Normal = 0,
    /// <summary>The sum of the leaves: log-odds.</summary>
    Raw = 1,
    /// <summary>The leaf that each tree sends the row to.</summary>
    Leaf = 2,
    /// <summary>Exact SHAP values (TreeSHAP, arXiv 1802.03888), one a column and the expected raw score last.</summary>
    Contribution = 3,
}

/// <summary>How the importance of a column is counted; the numbers are <c>C_API_FEATURE_IMPORTANCE_…</c>.</summary>
internal enum ImportanceKind
{
    /// <summary>How often it is split on.</summary>
    Split = 0,
    /// <summary>What its splits gained.</summary>
    Gain = 1,
}

/// <summary>A boosted model of trees. Predictions may run beside each other; training may not.</summary>
internal sealed unsafe class Booster : IDisposable
{
    private const int AllIterations = -1;

    private readonly BoosterHandle _handle;

    private Booster(BoosterHandle handle)
    {
        _handle = handle;
        LightGbmLibrary.Check(LightGbmLibrary.BoosterGetNumFeature(handle, out var columns));
        LightGbmLibrary.Check(LightGbmLibrary.BoosterGetNumClasses(handle, out var classes));
        Columns = columns;
        Classes = classes;
    }

    /// <summary>How many columns a row has.</summary>
    public int Columns { get; }

    /// <summary>Scores that each row gets: 1 but for multi-class objectives.</summary>
    public int Classes { get; }

    /// <summary>A booster without trees, about to be trained.</summary>
    public static Booster Create(LightGbmDataset training, LightGbmParameters parameters)
    {
        LightGbmLibrary.Check(LightGbmLibrary.BoosterCreate(training.Handle, parameters.ToString(), out var handle));
        return new(handle);
    }

    /// <summary>Reads a model in LightGBM's text form.</summary>
    /// <exception cref="InvalidException">It is none.</exception>
    public static Booster Load(string text)
    {
        // The native message for other content is about a missing field; the first line tells them apart at once.
        if (!text.StartsWith("tree\n", StringComparison.Ordinal))
            throw new InvalidException("Expected a LightGBM model in text form, whose first line is 'tree'; got something else.");
        LightGbmLibrary.Check(LightGbmLibrary.BoosterLoadModelFromString(text, out _, out var handle));
        return new(handle);
    }

    public int Iterations
    {
        get
        {
            LightGbmLibrary.Check(LightGbmLibrary.BoosterGetCurrentIteration(_handle, out var iteration));
            return iteration;
        }
    }

    internal void AddValidation(LightGbmDataset validation) =>
        LightGbmLibrary.Check(LightGbmLibrary.BoosterAddValidData(_handle, validation.Handle));

    /// <summary>Adds one tree (a class); false where no leaf can be split any more.</summary>
    internal bool Update()
    {
        LightGbmLibrary.Check(LightGbmLibrary.BoosterUpdateOneIter(_handle, out var noMoreSplits));
        return noMoreSplits == 0;
    }

    /// <summary>The metrics over a validation set, in the order of the parameter <c>metric</c>; 1 is the first set that was added.</summary>
    internal double[] Evaluate(int dataset)
    {
        LightGbmLibrary.Check(LightGbmLibrary.BoosterGetEvalCounts(_handle, out var count));
        var results = new double[count];
        fixed (double* pointer = results)
            LightGbmLibrary.Check(LightGbmLibrary.BoosterGetEval(_handle, dataset, out _, pointer));
        return results;
    }

    /// <summary>Predicts rows of a row-major matrix.</summary>
    /// <returns>Rows × the values of each: <see cref="Classes"/>, for contributions times columns + 1, for leaves times trees.</returns>
    public double[] Predict(ReadOnlySpan<float> values, BoosterOutput kind = BoosterOutput.Normal, int threads = 1)
    {
        if (values.Length % Columns != 0)
            throw new ArgumentException($"Expected a multiple of {Columns} values, got {values.Length}.", nameof(values));
        var rows = values.Length / Columns;
        if (rows == 0)
            return [];
        LightGbmLibrary.Check(LightGbmLibrary.BoosterCalcNumPredict(_handle, rows, (int)kind, 0, AllIterations, out var length));
        var results = new double[length];
        fixed (float* data = values)
        fixed (double* pointer = results)
        {
            LightGbmLibrary.Check(LightGbmLibrary.BoosterPredictForMat(
                _handle, data, LightGbmLibrary.Float32, rows, Columns, 1, (int)kind, 0, AllIterations,
                FormattableString.Invariant($"num_threads={threads} verbosity=-1"), out _, pointer));
        }

        return results;
    }

    /// <summary>One value a column.</summary>
    public double[] Importance(ImportanceKind kind)
    {
        var results = new double[Columns];
        fixed (double* pointer = results)
            LightGbmLibrary.Check(LightGbmLibrary.BoosterFeatureImportance(_handle, AllIterations, (int)kind, pointer));
        return results;
    }

    /// <summary>The model in LightGBM's text form, which its other clients read; of the first <paramref name="iterations"/> only where given.</summary>
    public string Save(int? iterations = null)
    {
        var buffer = new byte[1 << 16];
        while (true)
        {
            long length;
            fixed (byte* pointer = buffer)
            {
                LightGbmLibrary.Check(LightGbmLibrary.BoosterSaveModelToString(
                    _handle, 0, iterations ?? AllIterations, (int)ImportanceKind.Gain, buffer.Length, out length, pointer));
            }

            if (length <= buffer.Length)
                return Encoding.UTF8.GetString(buffer, 0, (int)length - 1); // the length counts the closing zero
            buffer = new byte[length];
        }
    }

    public void Dispose() => _handle.Dispose();
}
