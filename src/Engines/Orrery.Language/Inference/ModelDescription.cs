using Orrery.Kernel;
using Orrery.Language.Models;
using Orrery.Language.Weights;

namespace Orrery.Language.Inference;

/// <summary>What a decoder costs, by its shape and its file: nothing is computed and no weight is read.</summary>
/// <param name="Configuration">Its shape.</param>
/// <param name="Parameters">All values.</param>
/// <param name="EmbeddingParameters">Of these, the token embeddings (and the output, where it is another matrix).</param>
/// <param name="ActiveParameters">Values that take part in a token's products: without embeddings that are only looked up, and of experts those used.</param>
/// <param name="TensorBytes">Bytes of all tensors in the file.</param>
/// <param name="BytesPerToken">Bytes of weights that generating a token reads: with the speed of memory, the bound on tokens a second.</param>
/// <param name="CacheBytesPerPosition">Bytes of keys and values that a position takes.</param>
/// <param name="Formats">How tensors are stored: values by format.</param>
public sealed record ModelDescription(
    ModelConfiguration Configuration, long Parameters, long EmbeddingParameters, long ActiveParameters, long TensorBytes, long BytesPerToken, long CacheBytesPerPosition,
    IReadOnlyDictionary<TensorType, long> Formats)
{
    /// <summary>Describes a decoder.</summary>
    /// <exception cref="InvalidException">The architecture is not supported, or the description in the file makes no sense.</exception>
    public static ModelDescription Of(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var shape = ConfigurationReader.Read(file);
        var tensors = file.Tensors.Values.ToList();
        var isTied = !file.Tensors.ContainsKey("output.weight");
        double Share(WeightTensor tensor) => tensor.Name switch
        {
            "token_embd.weight" => isTied ? 1 : 0,
            "position_embd.weight" => 0,
            var name when shape.ExpertCount > 0 && IsExpert(name) => (double)shape.ExpertsUsed / shape.ExpertCount,
            _ => 1,
        };
        return new(
            shape, file.ParameterCount, tensors.Where(tensor => tensor.Name is "token_embd.weight" or "output.weight").Sum(tensor => tensor.Count),
            (long)tensors.Sum(tensor => tensor.Count * Share(tensor)), tensors.Sum(tensor => tensor.Bytes), (long)tensors.Sum(tensor => tensor.Bytes * Share(tensor)),
            LanguageModel.CacheBytes(shape), tensors.GroupBy(tensor => tensor.Format.Type).OrderByDescending(group => group.Sum(tensor => tensor.Count))
                .ToDictionary(group => group.Key, group => group.Sum(tensor => tensor.Count)));
    }

    /// <summary>
    /// Floating-point operations of one token with so many before it: two for each active parameter (Kaplan et al., arXiv 2001.08361, section 2.1), and four for each component of a
    /// query and each position that it attends to.
    /// </summary>
    public double FlopsPerToken(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var attended = Enumerable.Range(0, Configuration.LayerCount).Sum(layer => (double)(Configuration.WindowOf(layer) is var window and > 0 ? Math.Min(window, position + 1) : position + 1));
        return 2.0 * ActiveParameters + 4.0 * Configuration.HeadCount * Configuration.HeadDimension * attended;
    }

    private static bool IsExpert(string name) =>
        name.Contains("_exps.", StringComparison.Ordinal) || (name.Split('.') is [_, _, "ffn_gate" or "ffn_up" or "ffn_down", .., "weight"] parts && parts.Length == 5);
}
