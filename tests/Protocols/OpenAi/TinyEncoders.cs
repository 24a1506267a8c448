using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Folders as sentence-transformers writes them, with random weights: BERT of one layer in safetensors, and an ONNX graph that only looks tokens up.</summary>
internal static class TinyEncoders
{
    public const int Width = 8;

    public static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "bank", "raised", "rates", "pizza", "i", "love", "it"];

    /// <summary>The rows that the ONNX graph looks up: (words, width).</summary>
    public static readonly float[] Rows = Random(Words.Length * Width, 11);

    public static void WriteBert(string folder, string pooling = "pooling_mode_mean_tokens", bool isNormalized = true, int classes = 0)
    {
        WriteTexts(folder, pooling, isNormalized);
        Write(folder, "config.json", """{"model_type":"bert","hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":16,"max_position_embeddings":32,"layer_norm_eps":1e-12}""");
        var tensors = new List<(string Name, int[] Shape)>
        {
            ("embeddings.word_embeddings.weight", [Words.Length, Width]), ("embeddings.position_embeddings.weight", [32, Width]), ("embeddings.token_type_embeddings.weight", [2, Width]),
            ("embeddings.LayerNorm.weight", [Width]), ("embeddings.LayerNorm.bias", [Width]),
        };
        foreach (var (name, rows, columns) in ((string, int, int)[])[("attention.self.query", Width, Width), ("attention.self.key", Width, Width), ("attention.self.value", Width, Width), ("attention.output.dense", Width, Width), ("intermediate.dense", 16, Width), ("output.dense", Width, 16)])
            tensors.AddRange([($"encoder.layer.0.{name}.weight", [rows, columns]), ($"encoder.layer.0.{name}.bias", [rows])]);
        foreach (var name in (string[])["attention.output.LayerNorm", "output.LayerNorm"])
            tensors.AddRange([($"encoder.layer.0.{name}.weight", [Width]), ($"encoder.layer.0.{name}.bias", [Width])]);
        if (classes > 0)
            tensors.AddRange([("pooler.dense.weight", [Width, Width]), ("pooler.dense.bias", [Width]), ("classifier.weight", [classes, Width]), ("classifier.bias", [classes])]);
        WriteSafetensors(Path.Combine(folder, "model.safetensors"), tensors);
    }

    /// <summary>input_ids → Gather → last_hidden_state.</summary>
    public static void WriteOnnx(string folder, string pooling)
    {
        WriteTexts(folder, pooling, isNormalized: false);
        var node = Message(Text(1, "rows"), Text(1, "input_ids"), Text(2, "last_hidden_state"), Text(4, "Gather"));
        var rows = Message(Varint(1, (ulong)Words.Length), Varint(1, Width), Varint(2, 1), Text(8, "rows"), Bytes(9, MemoryMarshal.AsBytes<float>(Rows).ToArray()));
        var graph = Message(Bytes(1, node), Text(2, "g"), Bytes(5, rows), Bytes(11, Value("input_ids", 7, ["texts", "tokens"])), Bytes(11, Value("attention_mask", 7, ["texts", "tokens"])), Bytes(12, Value("last_hidden_state", 1, ["texts", "tokens", "8"])));
        var model = Message(Varint(1, 8), Bytes(7, graph), Bytes(8, Message(Varint(2, 17))));
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        using var file = File.Create(Path.Combine(folder, "onnx", "model.onnx"));
        file.Write(model);
    }

    private static void WriteTexts(string folder, string pooling, bool isNormalized)
    {
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        Write(folder, "vocab.txt", string.Join('\n', Words));
        Write(folder, "sentence_bert_config.json", """{"max_seq_length":6,"do_lower_case":false}""");
        var modes = ((string[])["pooling_mode_cls_token", "pooling_mode_mean_tokens", "pooling_mode_max_tokens"]).ToDictionary(mode => mode, mode => (object)(mode == pooling));
        modes["word_embedding_dimension"] = Width;
        Write(folder, "1_Pooling/config.json", JsonSerializer.Serialize(modes));
        var modules = """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}""";
        Write(folder, "modules.json", modules + (isNormalized ? """,{"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]""" : "]"));
    }

    private static void WriteSafetensors(string path, List<(string Name, int[] Shape)> tensors)
    {
        var header = new Dictionary<string, object>();
        using var data = new MemoryStream();
        foreach (var (name, shape) in tensors)
        {
            var begin = data.Length;
            data.Write(MemoryMarshal.AsBytes<float>(Random(shape.Aggregate(1, (a, b) => a * b), tensors.IndexOf((name, shape)))));
            header[name] = new { dtype = "F32", shape, data_offsets = (long[])[begin, data.Length] };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)json.Length));
        file.Write(json);
        data.WriteTo(file);
    }

    private static void Write(string folder, string name, string text)
    {
        using var file = File.Create(Path.Combine(folder, name));
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    // As much of protobuf's encoding as an ONNX file needs.
    private static byte[] Value(string name, int type, string[] dimensions) => Message(Text(1, name), Bytes(2, Message(Bytes(1, Message(
        Varint(1, (ulong)type), Bytes(2, Message([.. dimensions.Select(one => Bytes(1, int.TryParse(one, out var size) ? Message(Varint(1, (ulong)size)) : Message(Text(2, one))))])))))));

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Number((ulong)field << 3 | 2), .. Number((ulong)value.Length), .. value];

    private static byte[] Varint(int field, ulong value) => [.. Number((ulong)field << 3), .. Number(value)];

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}
