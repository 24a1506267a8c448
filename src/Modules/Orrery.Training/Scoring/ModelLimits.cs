namespace Orrery.Training.Scoring;

/// <summary>How large a model may be that is loaded into this process.</summary>
internal static class ModelLimits
{
    /// <summary>Of an ONNX graph; protobuf itself ends at 2 GiB.</summary>
    public const int MaxGraphBytes = 512 << 20;

    /// <summary>Of a learner's own form, and of a fitted transform.</summary>
    public const int MaxNativeBytes = 256 << 20;
}
