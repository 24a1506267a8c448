using Orrery.Kernel;

namespace Orrery.Preparation.Onnx.Outline;

/// <summary>A node of a graph: one operator at work.</summary>
/// <param name="Name">Its name; often empty.</param>
/// <param name="Operator">What it does: <c>Conv</c>, <c>ai.onnx.ml.TreeEnsembleClassifier</c>.</param>
/// <param name="Inputs">The values that it reads; an empty name is an optional one that is not given.</param>
/// <param name="Outputs">The values that it makes.</param>
/// <param name="Attributes">Its settings for people: <c>kernel_shape</c>, <c>3, 3</c>.</param>
public sealed record OnnxNode(string Name, string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<KeyValuePair<string, string>> Attributes);

/// <summary>
/// What an ONNX file computes, without its weights: for looking at. Read in one pass in memory that does not grow with the weights; a file of gigabytes takes
/// kilobytes. Unlike <see cref="OnnxModel"/> it proves nothing: it also shows models that could not be run.
/// </summary>
public sealed class OnnxOutline
{
    /// <summary>Of more nodes, weights, inputs or outputs the first are kept and all are counted.</summary>
    public const int MaxKept = 2000;

    internal OnnxOutline()
    {
    }

    /// <summary>The version of the ONNX IR.</summary>
    public long IrVersion { get; internal set; }

    /// <summary>What wrote it, with version; empty where it does not say.</summary>
    public string Producer { get; internal set; } = "";

    /// <summary>Its operator sets with their versions: <c>ai.onnx 18</c>.</summary>
    public IReadOnlyList<string> Opsets { get; internal set; } = [];

    /// <summary>The inputs that a caller gives: those without a weight of that name.</summary>
    public IReadOnlyList<OnnxTensorInfo> Inputs { get; internal set; } = [];

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxTensorInfo> Outputs { get; internal set; } = [];

    /// <summary>The nodes in the order in which they run, at most <see cref="MaxKept"/>.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; internal set; } = [];

    /// <summary>The weights, at most <see cref="MaxKept"/>.</summary>
    public IReadOnlyList<OnnxTensorInfo> Weights { get; internal set; } = [];

    /// <summary>How many nodes there are.</summary>
    public int NodeCount { get; internal set; }

    /// <summary>How many weights there are.</summary>
    public int WeightCount { get; internal set; }

    /// <summary>How many numbers the weights are together. What a node keeps in its attributes, as an ensemble of trees does, is not among them.</summary>
    public long ParameterCount { get; internal set; }

    /// <summary>Reads an outline. O(bytes) of a stream that only goes forwards, O(nodes) of one that seeks.</summary>
    /// <exception cref="InvalidException">The bytes are not an ONNX model; says why.</exception>
    public static OnnxOutline Read(Stream stream) => new OutlineReader(new WireReader(stream)).Model();
}
