using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;

namespace Orrery.Preparation.Steps;

/// <summary>
/// One named step of a transform graph, as declared. It reads whole columns of its inputs, which are raw columns or earlier
/// steps, and yields columns of its own. JSON tells the kinds apart by <c>type</c>. The set of steps is closed: each one is
/// written twice, for memory and for ONNX, and the law that both agree is tested for every one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ImputeStep), "impute")]
[JsonDerivedType(typeof(ScaleStep), "scale")]
[JsonDerivedType(typeof(ClipStep), "clip")]
[JsonDerivedType(typeof(Log1pStep), "log1p")]
[JsonDerivedType(typeof(BucketizeStep), "bucketize")]
[JsonDerivedType(typeof(InteractionsStep), "interactions")]
[JsonDerivedType(typeof(OneHotStep), "oneHot")]
[JsonDerivedType(typeof(OrdinalStep), "ordinal")]
[JsonDerivedType(typeof(FrequencyStep), "frequency")]
[JsonDerivedType(typeof(TargetStep), "target")]
[JsonDerivedType(typeof(CrossStep), "cross")]
[JsonDerivedType(typeof(CalendarStep), "calendar")]
[JsonDerivedType(typeof(SelectStep), "select")]
public abstract record StepSpec
{
    private protected StepSpec()
    {
    }

    /// <summary>The step's name: what other steps and the outputs call it, and how its columns' names begin.</summary>
    public required string Name { get; init; }

    /// <summary>Raw columns and other steps, at least one. The order is the order of the columns.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>What the step takes.</summary>
    internal abstract Accepts Accepts { get; }

    /// <summary>True where fitting looks at the label.</summary>
    internal virtual bool NeedsLabel => false;

    /// <summary>The kind of every column that the step yields, given the kind that it reads.</summary>
    internal virtual ValueKind OutputKind(ValueKind input) => ValueKind.Number;

    /// <summary>What is wrong with the step's own options: the option's name and why.</summary>
    internal virtual IEnumerable<(string Option, string Problem)> Problems(ValueKind input) => [];

    /// <summary>Learns what the step must know from the training columns.</summary>
    internal abstract FittedStep Fit(FitInput input);

    /// <summary>
    /// What later steps and the trained model see in training, where that is not what <see cref="FittedStep.Apply"/> gives; else null.
    /// </summary>
    internal virtual Column[]? TrainingOutput(FitInput input, ColumnPool pool) => null;
}

/// <summary>The kinds of columns that a step takes.</summary>
internal enum Accepts
{
    /// <summary>Numbers; integers are turned into numbers first.</summary>
    Numbers,
    /// <summary>Integers alone: times, flags, counts, buckets.</summary>
    Integers,
    /// <summary>Texts or integers, as names of categories.</summary>
    Categories,
    /// <summary>Texts; integers are written out first.</summary>
    Texts,
    /// <summary>Any one kind.</summary>
    Any,
}
