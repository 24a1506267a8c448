using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Models;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>
/// A folder as sentence-transformers writes it: modules.json (pooling, normalisation), sentence_bert_config.json (the most tokens), tokenizer.json or vocab.txt, and weights. Without
/// modules.json it is a plain encoder: mean pooling, as sentence-transformers does it then.
/// </summary>
/// <param name="Path">The folder.</param>
/// <param name="Pooling">How tokens become one vector.</param>
/// <param name="IsNormalized">Whether vectors get length 1.</param>
/// <param name="MaxTokens">The most tokens of a text, special ones among them; null as the model has it.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
internal sealed record SentenceTransformerFolder(string Path, Pooling Pooling, bool IsNormalized, int? MaxTokens, Tokenizer Tokenizer)
{
    private const long MostBytes = 64 << 20;

    /// <summary>The ONNX file, where there is one.</summary>
    public string? OnnxFile { get; } = ((string[])["model.onnx", System.IO.Path.Combine("onnx", "model.onnx")]).Select(name => System.IO.Path.Combine(Path, name)).FirstOrDefault(file => new FileInfo(file).Exists);

    /// <summary>Whether there are weights that the engine itself may read.</summary>
    public bool HasWeights => new FileInfo(System.IO.Path.Combine(Path, "model.safetensors")).Exists || new FileInfo(System.IO.Path.Combine(Path, "model.safetensors.index.json")).Exists;

    /// <exception cref="InvalidException">Something is missing or not supported.</exception>
    public static SentenceTransformerFolder Read(string folder)
    {
        try
        {
            var (pooling, isNormalized) = Modules(folder);
            var limits = Json(folder, "sentence_bert_config.json");
            var most = limits?.TryGetProperty("max_seq_length", out var length) is true && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var count) ? count : (int?)null;
            return most is < 3
                ? throw new InvalidException($"'{folder}' allows {most} tokens (max_seq_length); 3 are the least.")
                : new(folder, pooling, isNormalized, most, ReadTokenizer(folder));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidException($"The configuration of '{folder}' cannot be read: {fault.Message}", fault);
        }
    }

    private static (Pooling Pooling, bool IsNormalized) Modules(string folder)
    {
        if (Json(folder, "modules.json") is not { } modules)
            return (Pooling.Mean, true);
        var (pooling, isNormalized) = (Pooling.Mean, false);
        foreach (var module in modules.EnumerateArray())
        {
            var type = (module.GetProperty("type").GetString() ?? "").Split('.')[^1];
            switch (type)
            {
                case "Transformer":
                    break;
                case "Pooling":
                    pooling = PoolingOf(folder, module.GetProperty("path").GetString() ?? "");
                    break;
                case "Normalize":
                    isNormalized = true;
                    break;
                default:
                    throw new InvalidException($"'{folder}' has a module '{type}', which is not supported. Supported: Transformer, Pooling, Normalize.");
            }
        }

        return (pooling, isNormalized);
    }

    private static Pooling PoolingOf(string folder, string path)
    {
        // The path comes from a file that somebody else wrote.
        if (path != System.IO.Path.GetFileName(path) || path is "." or ".." or "")
            throw new InvalidException($"modules.json of '{folder}' names a folder outside of it.");
        var settings = Json(System.IO.Path.Combine(folder, path), "config.json") ?? throw new InvalidException($"'{folder}' lacks {path}/config.json.");
        string[] modes = [.. settings.EnumerateObject().Where(one => one.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && one.Value.ValueKind == JsonValueKind.True).Select(one => one.Name)];
        return modes switch
        {
            ["pooling_mode_mean_tokens"] => Pooling.Mean,
            ["pooling_mode_cls_token"] => Pooling.FirstToken,
            ["pooling_mode_lasttoken"] => Pooling.LastToken,
            _ => throw new InvalidException($"'{folder}' pools by {(modes.Length == 0 ? "nothing" : string.Join(" and ", modes))}; supported is one of pooling_mode_mean_tokens, _cls_token, _lasttoken."),
        };
    }

    private static Tokenizer ReadTokenizer(string folder)
    {
        var json = new FileInfo(System.IO.Path.Combine(folder, "tokenizer.json"));
        if (json.Exists)
        {
            using var stream = json.OpenRead();
            return TokenizerJson.Load(stream);
        }

        var vocabulary = new FileInfo(System.IO.Path.Combine(folder, "vocab.txt"));
        if (!vocabulary.Exists)
            throw new InvalidException($"'{folder}' has no tokenizer.json and no vocab.txt.");
        var isCased = Json(folder, "tokenizer_config.json")?.TryGetProperty("do_lower_case", out var lower) is true && lower.ValueKind == JsonValueKind.False;
        using var reader = vocabulary.OpenText();
        return WordPieceVocabulary.Load(reader, isCased ? WordPieceCase.Cased : WordPieceCase.Uncased);
    }

    private static JsonElement? Json(string folder, string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(folder, name));
        if (!file.Exists)
            return null;
        if (file.Length > MostBytes)
            throw new InvalidException($"'{file.FullName}' has {file.Length} bytes, too many for a configuration.");
        using var stream = file.OpenRead();
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.Clone();
    }
}
