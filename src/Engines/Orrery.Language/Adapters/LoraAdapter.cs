using Orrery.Language.Inference;

namespace Orrery.Language.Adapters;

/// <summary>
/// A low-rank adapter (LoRA, arXiv 2106.09685) of one open model, as PEFT saves it: W x becomes W x + scale · B (A x). Weights of the model stay as they are, so generations with several adapters and without
/// any share a step. Immutable, thread-safe. Opened by <see cref="LanguageModel.OpenAdapter"/>.
/// </summary>
public sealed class LoraAdapter
{
    private static int s_last;

    private readonly LoraFactors?[,] _factors;

    internal LoraAdapter(LanguageModel model, string path, LoraFactors?[,] factors)
    {
        (Model, Path, _factors) = (model, path, factors);
        Id = Interlocked.Increment(ref s_last);
    }

    /// <summary>Where it was opened.</summary>
    public string Path { get; }

    /// <summary>How many values it holds.</summary>
    public long ParameterCount => _factors.Cast<LoraFactors?>().Sum(factors => factors is null ? 0 : factors.A.Length + factors.B.Length);

    /// <summary>The model that it belongs to.</summary>
    internal LanguageModel Model { get; }

    /// <summary>Tells adapters apart, from 1 on: what one wrote into the cache is of no use to another.</summary>
    internal int Id { get; }

    internal LoraFactors? Find(int layer, LoraTarget target) => _factors[layer, (int)target];
}

/// <summary>The products of a layer that an adapter may change.</summary>
internal enum LoraTarget
{
    Query,
    Key,
    Value,
    Output,
    Gate,
    Up,
    Down,
}
