using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>A <c>tokenizer.json</c> of Hugging Face's tokenizers library.</summary>
public static class TokenizerJson
{
    /// <summary>Builds the tokeniser.</summary>
    /// <param name="json">The file.</param>
    /// <exception cref="InvalidException">It is not such a file, or uses a part that is not supported; the message names it.</exception>
    public static Tokenizer Load(Stream json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            return Load(new JsonPart(document.RootElement, "tokenizer.json"));
        }
        catch (JsonException exception)
        {
            throw new InvalidException($"The tokenizer.json is not JSON: {exception.Message}", exception);
        }
    }

    private static Tokenizer Load(JsonPart root)
    {
        var model = root.Part("model") ?? throw root.Missing("model");
        var added = (root.Part("added_tokens")?.Items() ?? []).Select(AddedEntry.Read).ToList();
        var steps = new JsonPreTokenizer(root.Part("pre_tokenizer"));
        var normalizer = TextNormalizer.Of([.. JsonNormalizer.Read(root.Part("normalizer")), .. steps.Normalizers]);
        var decoder = new JsonDecoder(root.Part("decoder"), steps);
        var (vocabulary, scores) = JsonVocabulary.Read(model, added, decoder.Spelling(model));
        var special = Special(vocabulary, model);
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = [.. added.Select(entry => new AddedToken(entry.Id, entry.Text, entry.IsSpecial, entry.Trim))],
            Normalizer = normalizer,
            Splitter = new TextSplitter([.. steps.Rules]),
            Model = JsonModel.Read(model, vocabulary, scores, steps.IsByteLevel),
            Template = JsonTemplate.Read(root.Part("post_processor"), vocabulary),
            DropsFirstSpace = decoder.DropsFirstSpace,
        });
    }

    /// <summary>The file names no parts; these are the names that the families use.</summary>
    private static SpecialTokens Special(Vocabulary vocabulary, JsonPart model)
    {
        int? First(params string[] names) => names.Select(vocabulary.Find).FirstOrDefault(id => id is not null);
        return new SpecialTokens
        {
            Bos = First("<s>", "<|begin_of_text|>", "<bos>", "<｜begin▁of▁sentence｜>", "<|startoftext|>", "<BOS_TOKEN>"),
            Eos = First("</s>", "<|eot_id|>", "<|im_end|>", "<eos>", "<|end_of_text|>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<|endoftext|>"),
            Unknown = (model.Text("unk_token") is { } name ? vocabulary.Find(name) : null) ?? model.Integer("unk_id") ?? First("<unk>", "[UNK]"),
            Padding = First("<pad>", "[PAD]", "<|pad|>"),
            Separator = First("[SEP]"),
            Classification = First("[CLS]"),
            Mask = First("[MASK]", "<mask>"),
        }.WithEndsOf(vocabulary);
    }
}

/// <summary>An entry of <c>added_tokens</c>.</summary>
internal readonly record struct AddedEntry(int Id, string Text, bool IsSpecial, AddedTokenTrim Trim)
{
    public static AddedEntry Read(JsonPart part) => new(
        part.Integer("id") is { } id and >= 0 ? id : throw part.Missing("id"),
        part.Text("content") ?? throw part.Missing("content"),
        part.Flag("special") ?? false,
        (part.Flag("lstrip") ?? false ? AddedTokenTrim.Left : AddedTokenTrim.None) | (part.Flag("rstrip") ?? false ? AddedTokenTrim.Right : AddedTokenTrim.None));
}
