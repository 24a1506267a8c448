using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The vocabulary of a tokenizer.json: the model's own and the added tokens, in the order of their ids.</summary>
internal static class JsonVocabulary
{
    /// <summary>More ids than any model has; a lying id must not allocate the machine's memory.</summary>
    private const int MaxTokens = 4_000_000;

    public static (Vocabulary Vocabulary, float[] Scores) Read(JsonPart model, IReadOnlyList<AddedEntry> added, TokenSpelling spelling)
    {
        var entries = Entries(model).ToList();
        var count = entries.Select(entry => entry.Id).Concat(added.Select(entry => entry.Id)).DefaultIfEmpty(-1).Max() + 1;
        if (count is 0 or > MaxTokens)
            throw new InvalidException($"{model.Path}.vocab has ids up to {count - 1}; expected 1 to {MaxTokens} tokens.");
        var texts = new string[count];
        var kinds = new TokenKind[count];
        var scores = new float[count];
        var unknown = model.Text("unk_token");
        foreach (var (text, id, score) in entries)
        {
            (texts[id], scores[id]) = (text, score);
            kinds[id] = text == unknown || (model.Integer("unk_id") == id) ? TokenKind.Unknown : ByteTokens.TryParse(text, out _) ? TokenKind.Byte : TokenKind.Normal;
        }

        foreach (var entry in added)
            (texts[entry.Id], kinds[entry.Id]) = (entry.Text, entry.IsSpecial ? TokenKind.Control : TokenKind.UserDefined);
        for (var id = 0; id < count; id++)
        {
            if (texts[id] is null)
                (texts[id], kinds[id]) = ($"[unused{id}]", TokenKind.Unused);
        }

        return (new Vocabulary(texts, kinds, spelling), scores);
    }

    private static IEnumerable<(string Text, int Id, float Score)> Entries(JsonPart model)
    {
        var vocabulary = model.Part("vocab") ?? throw model.Missing("vocab");
        // Unigram lists pairs of piece and score; the others map token to id.
        return vocabulary.Element.ValueKind == JsonValueKind.Array
            ? vocabulary.Items().Select((item, id) => Scored(item, id))
            : vocabulary.Element.EnumerateObject().Select(property => Numbered(property, vocabulary.Path));
    }

    private static (string Text, int Id, float Score) Scored(JsonPart item, int id)
    {
        var element = item.Element;
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2 || element[0].ValueKind != JsonValueKind.String || element[1].ValueKind != JsonValueKind.Number)
            throw new InvalidException($"{item.Path} must be a piece and its score.");
        return (element[0].GetString()!, id, element[1].GetSingle());
    }

    private static (string Text, int Id, float Score) Numbered(JsonProperty property, string path) =>
        property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var id) && id is >= 0 and < MaxTokens
            ? (property.Name, id, 0)
            : throw new InvalidException($"{path}['{property.Name}'] must be an id.");
}
