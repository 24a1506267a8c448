using Orrery.Language.Weights;

namespace Orrery.Benchmarks.Language;

/// <summary>One model in one format at so many threads: a part that can be run alone, in a minute or two.</summary>
/// <param name="Part">Its name on the command line.</param>
/// <param name="Shape">The model.</param>
/// <param name="Type">How matrices are stored.</param>
/// <param name="IsMixed">Whether in the mixture that llama.cpp calls M.</param>
/// <param name="Threads">Threads of either side.</param>
/// <param name="DecodeGoal">What is wanted of decoding, as a share of the peer's.</param>
internal sealed record SpeedCase(string Part, RandomModel Shape, TensorType Type, bool IsMixed, int Threads, double DecodeGoal)
{
    public static IReadOnlyList<SpeedCase> All { get; } =
    [
        .. from threads in (int[])[1, 2]
           from type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0]
           select new SpeedCase($"small-{type}-{threads}", RandomModel.SmolLm135M, type, false, threads, 1),
        .. from threads in (int[])[1, 2]
           from type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_K]
           let isMixed = type is TensorType.Q4_K
           select new SpeedCase($"large-{type}{(isMixed ? "_M" : "")}-{threads}", RandomModel.TinyLlama1B, type, isMixed, threads, 1.2),
    ];

    /// <summary>The model's and format's name.</summary>
    public string Name => $"{Shape.Name}/{Type}{(IsMixed ? "_M" : "")}";
}
