using System.Globalization;
using System.Runtime.InteropServices;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;

namespace Orrery.Benchmarks.Language;

/// <summary>A Llama of a well-known shape with random weights: speed does not depend on their values.</summary>
/// <param name="Name">Whose shape.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Width">Components of a hidden state.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key-value heads.</param>
/// <param name="FeedForward">Components within a feed-forward layer.</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="IsTied">Whether the output is the embeddings once more.</param>
internal sealed record RandomModel(string Name, int Layers, int Width, int Heads, int KeyValueHeads, int FeedForward, int Vocabulary, bool IsTied)
{
    public static RandomModel SmolLm135M { get; } = new("smollm-135m", 30, 576, 9, 3, 1536, 49152, true);

    public static RandomModel TinyLlama1B { get; } = new("tinyllama-1.1b", 22, 2048, 32, 4, 5632, 32000, false);

    /// <summary>For runs that only show that all works.</summary>
    public static RandomModel Toy { get; } = new("toy", 2, 256, 4, 2, 512, 2000, true);

    // Rows are taken from so many encoded ones: encoding a billion values would take minutes.
    private const int Distinct = 64;

    /// <summary>Writes it as GGUF.</summary>
    /// <param name="path">Where.</param>
    /// <param name="type">How matrices are stored.</param>
    /// <param name="isMixed">Whether output, and values and down-projections of half the layers, are Q6_K, as llama.cpp's "M" mixtures have it.</param>
    public void Write(string path, TensorType type, bool isMixed = false)
    {
        using var stream = File.Create(path);
        var writer = new GgufWriter(stream);
        foreach (var (key, value) in Metadata())
            writer.Add(key, value);
        var tensors = Tensors(type, isMixed).ToList();
        foreach (var (name, stored, shape) in tensors)
            writer.Declare(name, stored, shape);
        var random = new Random(1);
        foreach (var (_, stored, shape) in tensors)
            writer.Append(shape.Length == 1 ? MemoryMarshal.AsBytes<float>(Enumerable.Repeat(1f, (int)shape[0]).ToArray()) : Matrix(stored, shape[0], (int)shape[1], random));
        writer.Complete();
    }

    private IEnumerable<(string Name, TensorType Type, long[] Shape)> Tensors(TensorType type, bool isMixed)
    {
        var keys = Width / Heads * KeyValueHeads;
        yield return ("token_embd.weight", type, [Vocabulary, Width]);
        if (!IsTied)
            yield return ("output.weight", isMixed ? TensorType.Q6_K : type, [Vocabulary, Width]);
        yield return ("output_norm.weight", TensorType.F32, [Width]);
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.");
            // The first and last eighth, and every third between (llama.cpp's use_more_bits).
            var isFine = isMixed && (layer < Layers / 8 || layer >= 7 * Layers / 8 || (layer - Layers / 8) % 3 == 2);
            var fine = isFine ? TensorType.Q6_K : type;
            yield return (prefix + "attn_norm.weight", TensorType.F32, [Width]);
            yield return (prefix + "attn_q.weight", type, [Width, Width]);
            yield return (prefix + "attn_k.weight", type, [keys, Width]);
            yield return (prefix + "attn_v.weight", fine, [keys, Width]);
            yield return (prefix + "attn_output.weight", type, [Width, Width]);
            yield return (prefix + "ffn_norm.weight", TensorType.F32, [Width]);
            yield return (prefix + "ffn_gate.weight", type, [FeedForward, Width]);
            yield return (prefix + "ffn_up.weight", type, [FeedForward, Width]);
            yield return (prefix + "ffn_down.weight", fine, [Width, FeedForward]);
        }
    }

    private static byte[] Matrix(TensorType type, long rows, int columns, Random random)
    {
        var format = TensorFormat.Of(type);
        var rowBytes = (int)format.Bytes(columns);
        var some = new byte[Distinct * rowBytes];
        var values = new float[columns];
        for (var row = 0; row < Distinct; row++)
        {
            for (var i = 0; i < columns; i++)
                values[i] = (float)((2 * random.NextDouble() - 1) * Math.Sqrt(3.0 / columns));
            format.Write(values, some.AsSpan(row * rowBytes, rowBytes));
        }

        var stored = new byte[rows * rowBytes];
        for (long row = 0; row < rows; row++)
            some.AsSpan(random.Next(Distinct) * rowBytes, rowBytes).CopyTo(stored.AsSpan(checked((int)(row * rowBytes))));
        return stored;
    }

    private Dictionary<string, object> Metadata() => new()
    {
        ["general.architecture"] = "llama",
        ["llama.context_length"] = 2048,
        ["llama.embedding_length"] = Width,
        ["llama.block_count"] = Layers,
        ["llama.feed_forward_length"] = FeedForward,
        ["llama.attention.head_count"] = Heads,
        ["llama.attention.head_count_kv"] = KeyValueHeads,
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        ["llama.rope.dimension_count"] = Width / Heads,
        // A vocabulary of nothing but bytes and made-up words: llama.cpp opens no model without one.
        ["tokenizer.ggml.model"] = "llama",
        ["tokenizer.ggml.tokens"] = Enumerable.Range(0, Vocabulary).Select(Token).ToArray(),
        ["tokenizer.ggml.scores"] = Enumerable.Range(0, Vocabulary).Select(i => -(float)i).ToArray(),
        ["tokenizer.ggml.token_type"] = Enumerable.Range(0, Vocabulary).Select(i => i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1).ToArray(),
        ["tokenizer.ggml.bos_token_id"] = 1,
        ["tokenizer.ggml.eos_token_id"] = 2,
    };

    private static string Token(int id) => id switch { 0 => "<unk>", 1 => "<s>", 2 => "</s>", < 259 => $"<0x{id - 3:X2}>", _ => $"t{id}" };
}
