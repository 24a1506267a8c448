using System.Runtime.InteropServices;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Orrery.Tests;

namespace Orrery.Language.Tests;

/// <summary>Weights that are a function of the tensor's name, as golden/make_decoders.py has them; and files of them.</summary>
internal static class RandomWeights
{
    public static float[] Of(string name, long count)
    {
        var seed = 14695981039346656037UL;
        foreach (var c in name)
            seed = (seed ^ c) * 1099511628211;
        var values = new float[count];
        for (long i = 0; i < count; i++)
        {
            var z = seed + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            z ^= z >> 31;
            var u = (z >> 40) / 16777216.0 - 0.5;
            values[i] = (float)(name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 + 0.4 * u : name.Contains("rope_f", StringComparison.Ordinal) ? 2 + u : 0.6 * u);
        }

        return values;
    }

    /// <summary>Writes a GGUF file of float32 tensors of these shapes.</summary>
    public static string Write(TempFolder folder, string name, IReadOnlyDictionary<string, object> metadata, IReadOnlyDictionary<string, long[]> shapes)
    {
        var path = Path.Combine(folder.Path, name + ".gguf");
        using var stream = File.Create(path);
        var writer = new GgufWriter(stream);
        foreach (var (key, value) in metadata)
            writer.Add(key, value);
        foreach (var (tensor, shape) in shapes)
            writer.Declare(tensor, TensorType.F32, shape);
        foreach (var (tensor, shape) in shapes)
            writer.Append(MemoryMarshal.AsBytes<float>(Of(tensor, shape.Aggregate(1L, (product, length) => product * length))));
        writer.Complete();
        return path;
    }

    /// <summary>A Llama of two layers that anybody can run.</summary>
    public static string WriteLlama(TempFolder folder, int vocabulary = 40, int context = 256, int width = 32)
    {
        const int Heads = 4, KeyValueHeads = 2, Layers = 2, FeedForward = 64;
        Dictionary<string, object> metadata = new()
        {
            ["general.architecture"] = "llama",
            ["llama.block_count"] = Layers,
            ["llama.embedding_length"] = width,
            ["llama.feed_forward_length"] = FeedForward,
            ["llama.context_length"] = context,
            ["llama.attention.head_count"] = Heads,
            ["llama.attention.head_count_kv"] = KeyValueHeads,
            ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        };
        Dictionary<string, long[]> shapes = new() { ["token_embd.weight"] = [vocabulary, width], ["output_norm.weight"] = [width] };
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = FormattableString.Invariant($"blk.{layer}.");
            var keys = width / Heads * KeyValueHeads;
            shapes[prefix + "attn_norm.weight"] = [width];
            shapes[prefix + "attn_q.weight"] = [width, width];
            shapes[prefix + "attn_k.weight"] = [keys, width];
            shapes[prefix + "attn_v.weight"] = [keys, width];
            shapes[prefix + "attn_output.weight"] = [width, width];
            shapes[prefix + "ffn_norm.weight"] = [width];
            shapes[prefix + "ffn_gate.weight"] = [FeedForward, width];
            shapes[prefix + "ffn_up.weight"] = [FeedForward, width];
            shapes[prefix + "ffn_down.weight"] = [width, FeedForward];
        }

        return Write(folder, "llama", metadata, shapes);
    }
}
