using System.Runtime.CompilerServices;
using Orrery.Kernel;

namespace Orrery.Language.Weights.Llama2c;

/// <summary>
/// The checkpoints of karpathy/llama2.c, version 0: seven 32-bit numbers, then float32 tensors in a fixed order, each for all layers at once. A negative vocabulary size
/// says that the classifier has weights of its own. Rotary pairs lie side by side, as in GGUF's llama.
/// </summary>
internal static unsafe class Llama2cCheckpoint
{
    private const int HeaderBytes = 7 * 4;
    private const int MostOfAnything = 1 << 20;

    public static ModelFile Read(MappedFile file)
    {
        if (file.Length < HeaderBytes)
            throw new InvalidException($"'{file.Path}' has {file.Length} bytes; a llama2.c checkpoint begins with {HeaderBytes}. It is no model, or was cut off.");
        var header = new int[7];
        for (var i = 0; i < header.Length; i++)
            header[i] = Unsafe.ReadUnaligned<int>(file.Pointer + 4 * i);
        var (width, feedForward, layers, heads, keyValueHeads) = (header[0], header[1], header[2], header[3], header[4]);
        var (vocabulary, context) = (Math.Abs((long)header[5]), header[6]);
        if (header[..5].Append(context).Any(number => number is < 1 or > MostOfAnything) || vocabulary is < 1 or > MostOfAnything * 16
            || width % heads != 0 || heads % keyValueHeads != 0 || width / heads % 2 != 0)
            throw new InvalidException($"'{file.Path}' is no llama2.c checkpoint: its header reads ({string.Join(", ", header)}).");

        var headDimension = width / heads;
        var layout = new Layout(file);
        layout.Take("token_embd.weight", vocabulary, width);
        layout.TakeLayers(layers, "attn_norm.weight", width);
        layout.TakeLayers(layers, "attn_q.weight", width, width);
        layout.TakeLayers(layers, "attn_k.weight", keyValueHeads * headDimension, width);
        layout.TakeLayers(layers, "attn_v.weight", keyValueHeads * headDimension, width);
        layout.TakeLayers(layers, "attn_output.weight", width, width);
        layout.TakeLayers(layers, "ffn_norm.weight", width);
        layout.TakeLayers(layers, "ffn_gate.weight", feedForward, width);
        layout.TakeLayers(layers, "ffn_down.weight", width, feedForward);
        layout.TakeLayers(layers, "ffn_up.weight", feedForward, width);
        layout.Take("output_norm.weight", width);
        layout.Skip(2L * context * (headDimension / 2)); // tables of sines and cosines, which are computed
        if (header[5] < 0)
            layout.Take("output.weight", vocabulary, width);
        return new(file.Path, Describe(header, vocabulary), layout.Tensors);
    }

    private static ModelMetadata Describe(int[] header, long vocabulary) => new(new Dictionary<string, object>
    {
        ["general.architecture"] = "llama",
        ["llama.embedding_length"] = (long)header[0],
        ["llama.feed_forward_length"] = (long)header[1],
        ["llama.block_count"] = (long)header[2],
        ["llama.attention.head_count"] = (long)header[3],
        ["llama.attention.head_count_kv"] = (long)header[4],
        ["llama.vocab_size"] = vocabulary,
        ["llama.context_length"] = (long)header[6],
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5,
        ["llama.rope.freq_base"] = 10000.0,
        ["tokenizer.ggml.bos_token_id"] = 1L,
        ["tokenizer.ggml.eos_token_id"] = 2L,
    });

    private sealed class Layout(MappedFile file)
    {
        private long _position = HeaderBytes;

        public Dictionary<string, WeightTensor> Tensors { get; } = [];

        public void TakeLayers(int layers, string name, params long[] shape)
        {
            for (var layer = 0; layer < layers; layer++)
                Take(FormattableString.Invariant($"blk.{layer}.{name}"), shape);
        }

        public void Take(string name, params long[] shape)
        {
            var start = _position;
            Skip(shape.Aggregate(1L, (product, length) => checked(product * length)));
            Tensors.Add(name, new(name, TensorFormat.Of(TensorType.F32), shape, file.Pointer + start, file));
        }

        public void Skip(long values)
        {
            if (values > (file.Length - _position) / 4)
                throw new InvalidException($"'{file.Path}' ends at byte {file.Length}, before the weights that its header announces. It was cut off; fetch it again.");
            _position += 4 * values;
        }
    }
}
