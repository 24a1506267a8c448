using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// What a step learnt, and its two lowerings. <see cref="Apply"/> and <see cref="Emit"/> must do the same arithmetic in the same
/// order and precision: every float32 operation rounds once, as IEEE 754 says, so equal operations give equal bits.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(FittedImpute), "impute")]
[JsonDerivedType(typeof(FittedScale), "scale")]
[JsonDerivedType(typeof(FittedClip), "clip")]
[JsonDerivedType(typeof(FittedLog1p), "log1p")]
[JsonDerivedType(typeof(FittedBucketize), "bucketize")]
[JsonDerivedType(typeof(FittedInteractions), "interactions")]
[JsonDerivedType(typeof(FittedOneHot), "oneHot")]
[JsonDerivedType(typeof(FittedEncoding), "encoding")]
[JsonDerivedType(typeof(FittedCross), "cross")]
[JsonDerivedType(typeof(FittedCalendar), "calendar")]
[JsonDerivedType(typeof(FittedSelect), "select")]
internal abstract record FittedStep
{
    /// <summary>True where what was read back can run on so many columns of a kind.</summary>
    public abstract bool Fits(int width, ValueKind kind);

    /// <summary>The names of the columns that it yields.</summary>
    public abstract IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs);

    /// <summary>
    /// By column that it yields: the positions of the columns that it is made from. One from one, unless the step says otherwise.
    /// </summary>
    public virtual IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) => [.. Enumerable.Range(0, inputs).Select(IReadOnlyList<int> (i) => [i])];

    /// <summary>Runs it in memory. The outputs may be views of the inputs, and are never written to again.</summary>
    public abstract Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool);

    /// <summary>Writes it into an ONNX graph.</summary>
    public abstract OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input);

    /// <summary>A column's name: the step's, and the input's where there are several.</summary>
    protected static string NameOf(string step, IReadOnlyList<string> inputs, int i) => inputs.Count == 1 ? step : $"{step}.{inputs[i]}";

    /// <summary>One column an input, named after it.</summary>
    protected static IReadOnlyList<string> OneEach(string step, IReadOnlyList<string> inputs) =>
        [.. inputs.Select((_, i) => NameOf(step, inputs, i))];
}
