using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Steps;

namespace Orrery.Preparation;

/// <summary>
/// A transform as declared: raw columns, named steps over them (a graph without cycles, in any order), and what comes out. It is
/// fitted once; what it learnt then runs twice, in memory and as ONNX, to the same bits.
/// </summary>
/// <example>
/// <code>
/// {
///   "columns": [{ "name": "distance", "type": "number" }, { "name": "origin", "type": "text" }],
///   "steps": [
///     { "type": "impute", "name": "distance_known", "inputs": ["distance"], "strategy": "median" },
///     { "type": "oneHot", "name": "from", "inputs": ["origin"], "minFrequency": 50 }
///   ],
///   "outputs": ["distance_known", "from"]
/// }
/// </code>
/// </example>
public sealed record TransformSpec
{
    /// <summary>The most steps that a transform may have.</summary>
    public const int MaxSteps = 1_000;

    /// <summary>The raw columns that the transform reads.</summary>
    public required IReadOnlyList<ColumnSpec> Columns { get; init; }

    /// <summary>The steps; may be empty, and then the columns pass through.</summary>
    public IReadOnlyList<StepSpec> Steps { get; init; } = [];

    /// <summary>
    /// The steps and raw columns whose columns make up the features, in this order. Null for everything that no step reads: raw columns
    /// first, then steps, each as declared. Text cannot come out; encode it.
    /// </summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>Reads a declaration and checks it.</summary>
    /// <exception cref="InvalidException">
    /// It is not JSON, has an unknown key or type, or breaks a rule; <see cref="InvalidException.Errors"/> tells by path.
    /// </exception>
    public static TransformSpec FromJson(ReadOnlySpan<byte> utf8Json) => SpecReader.Read(utf8Json);

    /// <summary>The declaration as UTF-8 JSON, the same bytes for the same declaration.</summary>
    public byte[] ToJson() => PreparationJson.Write(this);

    /// <summary>Checks names, references, cycles, kinds and options, without any data.</summary>
    /// <exception cref="InvalidException">Something is wrong; <see cref="InvalidException.Errors"/> holds all of it, by path.</exception>
    public void Validate() => TransformPlan.Of(this);

    /// <summary>
    /// Learns from training rows in one pass over the batches, which may be disposed once they are passed.
    /// Memory: 4 bytes a cell of a number or text column, 8 of other columns, plus as much for each step that another step reads
    /// (medians and quantiles are exact, so they need the values).
    /// </summary>
    /// <param name="batches">The training rows. Columns that are not declared are ignored.</param>
    /// <param name="label">The label's column, numeric or boolean; only target encoding needs one.</param>
    /// <param name="seed">Decides the folds of target encoding. The same rows and seed give the same bytes.</param>
    /// <param name="cancellationToken">Looked at for each batch and step.</param>
    /// <exception cref="InvalidException">The declaration or the data is not fit for it; says which column or step, and what to
    /// do.</exception>
    public FittedTransform Fit(
        IEnumerable<RecordBatch> batches, string? label = null, ulong seed = 0, CancellationToken cancellationToken = default)
    {
        using var fitter = new Fitter(this, batches, label, seed, cancellationToken);
        return fitter.Fit();
    }

    /// <summary>
    /// As <see cref="Fit"/>, and gives the training features too: what <see cref="FittedTransform.Apply"/> gives for the same rows, but
    /// target encodings are out of fold, so that no row sees its own label. Train on these.
    /// </summary>
    /// <inheritdoc cref="Fit"/>
    public TrainingFeatures FitTransform(
        IEnumerable<RecordBatch> batches, string? label = null, ulong seed = 0, CancellationToken cancellationToken = default)
    {
        using var fitter = new Fitter(this, batches, label, seed, cancellationToken);
        return fitter.FitTransform();
    }
}

/// <summary>A fitted transform with the features that it was fitted on. Disposing it disposes the features.</summary>
/// <param name="Transform">What was learnt.</param>
/// <param name="Features">The training features, target encodings out of fold; rows in the order of the batches.</param>
/// <param name="Label">The label of each row; null where none was named.</param>
public sealed record TrainingFeatures(FittedTransform Transform, FeatureMatrix Features, IReadOnlyList<float>? Label) : IDisposable
{
    /// <summary>Gives the features' memory back.</summary>
    public void Dispose() => Features.Dispose();
}
