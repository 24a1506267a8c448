using System.Text;
using Orrery.Kernel;
using Orrery.Language.Weights;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The tokeniser of an open model, wherever its format keeps it.</summary>
public static class ModelTokenizer
{
    /// <summary>The key under which a GGUF file may hold a whole <c>tokenizer.json</c>.</summary>
    internal const string EmbeddedJson = "tokenizer.huggingface.json";

    private const int MostBytes = 1 << 28;

    private static readonly string[] Names = ["tokenizer.json", "tokenizer.model", "vocab.txt"];

    /// <summary>
    /// Opens it: from a GGUF file's metadata; beside safetensors from <c>tokenizer.json</c>, <c>tokenizer.model</c> or <c>vocab.txt</c>; beside a llama2.c checkpoint from
    /// <c>tokenizer.bin</c> or the one file that is named <c>tok*.bin</c>.
    /// </summary>
    /// <exception cref="NotFoundException">There is none; the message says where it was looked for.</exception>
    /// <exception cref="InvalidException">It is damaged, or does not have as many tokens as the model.</exception>
    public static Tokenizer Open(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var tokenizer = Find(model);
        // Files may hold fewer tokens than rows, which are rounded up; more would be read beyond the embeddings.
        if (model.Tensors.TryGetValue("token_embd.weight", out var embeddings) && tokenizer.Vocabulary.Count > embeddings.Rows)
            throw new InvalidException($"The tokenizer of '{model.Path}' has {tokenizer.Vocabulary.Count} tokens and the model {embeddings.Rows}: they do not belong together.");
        return tokenizer;
    }

    /// <summary>The tokeniser beside a model as keys of a GGUF file: a whole <c>tokenizer.json</c>, or a checkpoint's tokens; nothing where there is neither.</summary>
    internal static Dictionary<string, object> AsMetadata(ModelFile model)
    {
        var json = Path.Combine(Folder(model), Names[0]);
        if (!IsCheckpoint(model))
            return new FileInfo(json).Exists ? new() { [EmbeddedJson] = Encoding.UTF8.GetString(Read(json)) } : [];
        if (FindBesideCheckpoint(Folder(model)) is not { } file)
            return [];
        var (texts, scores) = Llama2cTokenizer.Read(Read(file));
        return new()
        {
            ["tokenizer.ggml.model"] = "llama",
            ["tokenizer.ggml.tokens"] = texts,
            ["tokenizer.ggml.scores"] = scores,
            ["tokenizer.ggml.token_type"] = texts.Select((_, id) => (int)Llama2cTokenizer.Kind(id)).ToArray(),
            ["tokenizer.ggml.unknown_token_id"] = 0u,
        };
    }

    private static Tokenizer Find(ModelFile model)
    {
        if (model.Metadata.Find("tokenizer.ggml.model") is not null)
            return GgufTokenizer.Load(model.Metadata);
        if (model.Metadata.FindString(EmbeddedJson) is { } json)
            return TokenizerJson.Load(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        var folder = Folder(model);
        if (IsCheckpoint(model))
            return Llama2cTokenizer.Load(Read(FindBesideCheckpoint(folder) ?? throw new NotFoundException($"Expected the checkpoint's tokenizer beside it, as tokenizer.bin in '{folder}'.")));
        foreach (var name in Names)
        {
            var path = Path.Combine(folder, name);
            if (!new FileInfo(path).Exists)
                continue;
            return name switch
            {
                "tokenizer.json" => TokenizerJson.Load(new MemoryStream(Read(path))),
                "tokenizer.model" => SentencePieceFile.Load(Read(path)),
                _ => WordPieceVocabulary.Load(new StreamReader(new MemoryStream(Read(path)))),
            };
        }

        throw new NotFoundException($"'{model.Path}' brings no tokenizer: looked for {string.Join(", ", Names)} in '{folder}'.");
    }

    private static string? FindBesideCheckpoint(string folder)
    {
        var usual = Path.Combine(folder, "tokenizer.bin");
        if (new FileInfo(usual).Exists)
            return usual;
        return new DirectoryInfo(folder).GetFiles("tok*.bin") switch
        {
            [var one] => one.FullName,
            [] => null,
            var several => throw new InvalidException($"'{folder}' has several tokenizers ({string.Join(", ", several.Select(file => file.Name).Order(StringComparer.Ordinal))}); name the right one tokenizer.bin."),
        };
    }

    private static bool IsCheckpoint(ModelFile model) => model.Path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase);

    private static string Folder(ModelFile model) => new DirectoryInfo(model.Path).Exists ? model.Path : Path.GetDirectoryName(Path.GetFullPath(model.Path))!;

    private static byte[] Read(string path) => MappedFile.ReadWhole(path, MostBytes);
}
