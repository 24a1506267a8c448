using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Tokenizers.Models;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The <c>model</c> of a tokenizer.json.</summary>
internal static class JsonModel
{
    public static ISubwordModel Read(JsonPart model, Vocabulary vocabulary, float[] scores, bool isByteLevel) => Kind(model) switch
    {
        "BPE" => BytePairs(model, vocabulary, isByteLevel),
        "Unigram" => new UnigramModel(vocabulary, scores, model.Integer("unk_id") is { } id && id < vocabulary.Count ? id : throw model.Missing("unk_id"), model.Flag("byte_fallback") ?? false),
        "WordPiece" => new WordPieceModel(vocabulary, new WordPieceOptions
        {
            UnknownId = vocabulary.Find(model.Text("unk_token") ?? "[UNK]") ?? throw model.Missing("unk_token"),
            ContinuingPrefix = model.Text("continuing_subword_prefix") ?? "##",
            LongestWord = Math.Clamp(model.Integer("max_input_chars_per_word") ?? 100, 1, 512),
        }),
        var other => throw model.Unsupported(other, "BPE", "Unigram", "WordPiece"),
    };

    /// <summary>Files from before 2023 leave the type of a BPE out.</summary>
    public static string Kind(JsonPart model) => model.Text("type") ?? (model.Part("merges") is not null ? "BPE" : throw model.Missing("type"));

    private static ISubwordModel BytePairs(JsonPart model, Vocabulary vocabulary, bool isByteLevel)
    {
        var prefix = model.Text("continuing_subword_prefix") ?? "";
        var merges = MergeTable.FromPairs(vocabulary, [.. model.Items("merges").Select(Pair)], prefix);
        var prefersWholePieces = model.Flag("ignore_merges") ?? false;
        if (isByteLevel)
            return new ByteLevelModel(vocabulary, merges, prefersWholePieces);
        return new CharacterPairModel(vocabulary, merges, new CharacterPairOptions
        {
            UnknownId = model.Text("unk_token") is { } name ? vocabulary.Find(name) : null,
            FusesUnknown = model.Flag("fuse_unk") ?? false,
            FallsBackToBytes = model.Flag("byte_fallback") ?? false,
            PrefersWholePieces = prefersWholePieces,
            ContinuingPrefix = prefix,
            EndSuffix = model.Text("end_of_word_suffix") ?? "",
        });
    }

    /// <summary><c>"a b"</c>, or since 2024 <c>["a", "b"]</c>.</summary>
    private static (string Left, string Right) Pair(JsonPart item)
    {
        var element = item.Element;
        if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2 && element.EnumerateArray().All(side => side.ValueKind == JsonValueKind.String))
            return (element[0].GetString()!, element[1].GetString()!);
        var sides = element.ValueKind == JsonValueKind.String ? element.GetString()!.Split(' ') : [];
        return sides.Length == 2 ? (sides[0], sides[1]) : throw new InvalidException($"{item.Path} must be two tokens.");
    }
}
