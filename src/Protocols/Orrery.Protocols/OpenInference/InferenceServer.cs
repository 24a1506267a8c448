using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Protocols.OpenInference.Tensors;
using Orrery.Serving.Predictions;

namespace Orrery.Protocols.OpenInference;

/// <summary>What the two forms of the protocol say of the server and its models.</summary>
internal static class InferenceServer
{
    public const string Name = "orrery";

    /// <summary>The model behind every endpoint is an ONNX graph (specification: Platforms).</summary>
    public const string Platform = "onnx_onnxv1";

    public static string Version { get; } = typeof(InferenceServer).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static IReadOnlyList<string> Extensions { get; } = ["binary_tensor_data"];

    /// <summary>An endpoint, with a version that it was asked for.</summary>
    /// <exception cref="Kernel.NotFoundException">There is no such endpoint or version.</exception>
    public static EndpointSignature Model(IPredictions predictions, Caller caller, string name, int? version)
    {
        var signature = predictions.Signature(caller, name);
        if (version is { } number && !signature.Versions.Contains(number))
            throw new Kernel.NotFoundException($"The endpoint '{name}' does not serve version {number}; it serves {string.Join(", ", signature.Versions.DefaultIfEmpty(0))}.");
        return signature;
    }

    /// <summary>The inputs that a request must have: what the caller knows, and the keys by which the rest is looked up.</summary>
    public static IEnumerable<(string Name, string DataType, IReadOnlyList<long> Shape)> Inputs(EndpointSignature signature) =>
        signature.Inputs.Where(input => input.Kind != EndpointInputKind.Feature).Select(input => (input.Name, TensorDataTypes.Of(input.Type).Name(), input.Shape));

    public static IEnumerable<(string Name, string DataType, IReadOnlyList<long> Shape)> Outputs(EndpointSignature signature) =>
        signature.Outputs.Select(output => (output.Name, DataType(output), output.Shape));

    public static string DataType(ModelField field) => TensorDataTypes.Of(field.Type).Name();
}
