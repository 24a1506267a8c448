using Orrery.Language.ChatTemplates;
using Orrery.Language.Tokenizers.Loading;

namespace Orrery.Language.Weights.Gguf;

/// <summary>Writes an open model as GGUF with its matrices in another format: from safetensors, from llama2.c, or from GGUF to a smaller one.</summary>
public static class GgufConverter
{
    // Tables that are looked up and routers: small, and what they decide is not averaged out.
    private static readonly string[] KeptWhole = ["position_embd.weight", "token_types.weight"];

    /// <summary>
    /// Writes the model. Matrices become <paramref name="type"/>; vectors, norms and routers stay float32. Rows that are no whole blocks of the type become Q8_0, or stay
    /// as they are where that does not fit either. Metadata, a tokenizer in it too, is kept; a tokenizer.json and a chat template beside the weights go into the file.
    /// </summary>
    /// <param name="model">What to write.</param>
    /// <param name="output">Where it goes; it is written forward only and stays open.</param>
    /// <param name="type">How matrices are stored.</param>
    /// <param name="cancellationToken">Ends it between two tensors.</param>
    /// <exception cref="NotSupportedException">The type can be read but not written.</exception>
    public static void Write(ModelFile model, Stream output, TensorType type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!TensorFormat.Of(type).IsWritable)
            throw new NotSupportedException($"{type} can be read but not written.");
        var writer = new GgufWriter(output);
        foreach (var key in model.Metadata.Keys.Where(key => key is not ("general.quantization_version" or "orrery.rope_style" or "general.alignment")))
        {
            if (Narrow(model.Metadata.Find(key)!) is { } value)
                writer.Add(key, value);
        }

        writer.Add("general.quantization_version", 2);
        AddTexts(model, writer);
        var tensors = model.Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        foreach (var tensor in tensors)
            writer.Declare(tensor.Name, TypeOf(tensor, type), [.. tensor.Shape]);
        foreach (var tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = RowOrder(model, tensor);
            writer.AppendRows(tensor.Columns, (index, values) => tensor.ReadRow(row(index), values));
        }

        writer.Complete();
    }

    /// <summary>What stands beside the weights of other formats belongs into the one file.</summary>
    private static void AddTexts(ModelFile model, GgufWriter writer)
    {
        var hasTokenizer = model.Metadata.Find("tokenizer.ggml.model") is not null || model.Metadata.Find(ModelTokenizer.EmbeddedJson) is not null;
        foreach (var (key, value) in hasTokenizer ? [] : ModelTokenizer.AsMetadata(model))
            writer.Add(key, value);
        if (model.Metadata.Find(ModelChatTemplate.Key) is null && ModelChatTemplate.Find(model) is { } template)
            writer.Add(ModelChatTemplate.Key, template);
    }

    private static TensorType TypeOf(WeightTensor tensor, TensorType type)
    {
        if (tensor.Shape.Count < 2 || tensor.Name.Contains("ffn_gate_inp", StringComparison.Ordinal) || KeptWhole.Contains(tensor.Name))
            return TensorType.F32;
        if (tensor.Columns % TensorFormat.Of(type).BlockLength == 0)
            return type;
        return tensor.Columns % TensorFormat.Of(TensorType.Q8_0).BlockLength == 0 ? TensorType.Q8_0 : tensor.Format.IsWritable ? tensor.Format.Type : TensorType.F32;
    }

    /// <summary>GGUF's llama has rotary pairs side by side; Hugging Face's files have them half a head apart.</summary>
    private static Func<long, long> RowOrder(ModelFile model, WeightTensor tensor)
    {
        var isApart = model.Metadata.FindString("orrery.rope_style") == "halves" && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
            && (tensor.Name.Contains(".attn_q.", StringComparison.Ordinal) || tensor.Name.Contains(".attn_k.", StringComparison.Ordinal));
        if (!isApart)
            return row => row;
        var heads = model.Metadata.FindInteger("llama.attention.head_count") ?? 1;
        var dimension = model.Metadata.FindInteger("llama.attention.key_length") ?? (model.Metadata.FindInteger("llama.embedding_length") ?? tensor.Rows) / heads;
        return row => row / dimension * dimension + row % dimension / 2 + row % 2 * (dimension / 2);
    }

    /// <summary>The types that other readers expect: 32 bits where they suffice.</summary>
    private static object? Narrow(object value) => value switch
    {
        long number when number is >= 0 and <= int.MaxValue => (uint)number,
        double number => (float)number,
        long[] numbers when Array.TrueForAll(numbers, number => number is >= int.MinValue and <= int.MaxValue) => Array.ConvertAll(numbers, number => (int)number),
        double[] numbers => Array.ConvertAll(numbers, number => (float)number),
        // Beyond what any count is: hashes of the file that was.
        ulong or long[] => null,
        _ => value,
    };
}
