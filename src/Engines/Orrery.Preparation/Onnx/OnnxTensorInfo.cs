namespace Orrery.Preparation.Onnx;

/// <summary>A named input or output of a model.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="ElementType">Its element type; <see cref="OnnxElementType.Undefined"/> where it is a sequence, a map or not stated.</param>
/// <param name="Shape">Its dimensions; empty for a scalar, null where the rank is not stated.</param>
public sealed record OnnxTensorInfo(string Name, OnnxElementType ElementType, IReadOnlyList<OnnxDimension>? Shape)
{
    /// <summary>For people: <c>distance: Float[N, 1]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType}[{(Shape is null ? "…" : string.Join(", ", Shape))}]";
}
