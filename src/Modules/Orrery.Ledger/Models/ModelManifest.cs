using Orrery.Kernel;
using Orrery.Ledger.Assets;

namespace Orrery.Ledger.Models;

/// <summary>What a model version is: written by whoever trains or imports a model, read by whoever serves or explains it.</summary>
/// <param name="Content">The ONNX graph: raw named inputs to outputs, the transform fused in.</param>
/// <param name="Inputs">What the graph takes, in order.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="FeatureService">The feature service that fills those inputs which are features; null where the caller sends everything.</param>
/// <param name="Native">The trainer's own form (LightGBM text), from which attributions are computed.</param>
/// <param name="Transform">The fitted transform graph in its own form.</param>
/// <param name="TrainingSet">The dataset version that it was trained on: the reference window of monitors.</param>
/// <param name="Trainer"><c>lightgbm</c>, <c>logistic-regression</c> …</param>
/// <param name="Metrics">Figures of its evaluation: <c>test.auc</c> …</param>
public sealed record ModelManifest(
    Digest Content, IReadOnlyList<ModelField> Inputs, IReadOnlyList<ModelField> Outputs, string? FeatureService, Digest? Native, Digest? Transform,
    VersionId? TrainingSet, string Trainer, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The manifest of a version; null where it is something else, as what a client registered by naming where its files are (<see cref="SourcedModel"/>).</summary>
    public static ModelManifest? Of(AssetVersion version)
    {
        if (version.Source is not null)
            return null;
        try
        {
            // A parameter that is missing is null, whatever its type says.
            return version.Read<ModelManifest?>() is { Inputs: not null, Outputs: not null, Trainer: not null, Metrics: not null } manifest ? manifest : null;
        }
        catch (InvalidException)
        {
            return null;
        }
    }
}

/// <summary>The type of a model's input or output.</summary>
public enum ModelFieldType
{
    /// <summary>32-bit float; NaN is a missing value.</summary>
    Float32,
    /// <summary>64-bit float.</summary>
    Float64,
    /// <summary>64-bit integer; timestamps are seconds since 1970 in UTC.</summary>
    Int64,
    /// <summary>UTF-8 text; empty is a missing value.</summary>
    Text,
    /// <summary>True or false.</summary>
    Boolean,
}

/// <summary>One input or output of a model.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; -1 is the batch.</param>
/// <param name="Source">Where an input comes from: <c>feature</c> (the online store), <c>request</c> (the caller); null for outputs.</param>
public sealed record ModelField(string Name, ModelFieldType Type, IReadOnlyList<long> Shape, ModelFieldSource? Source = null);

/// <summary>Where a model's input comes from.</summary>
public enum ModelFieldSource
{
    /// <summary>The caller sends it.</summary>
    Request,
    /// <summary>The feature service supplies it.</summary>
    Feature,
}
