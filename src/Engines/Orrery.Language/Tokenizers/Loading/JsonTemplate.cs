using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The <c>post_processor</c> of a tokenizer.json: the tokens around a text.</summary>
internal static class JsonTemplate
{
    public static SequenceTemplate Read(JsonPart? part, Vocabulary vocabulary) => part switch
    {
        null or { Type: "ByteLevel" } => SequenceTemplate.None,
        { Type: "Sequence" } found => found.Items("processors").Select(item => Read(item, vocabulary)).FirstOrDefault(template => template.Before.Length + template.After.Length > 0) ?? SequenceTemplate.None,
        { Type: "TemplateProcessing" } found => Template(found, vocabulary),
        { Type: "BertProcessing" } found => Around(found, vocabulary, separators: 1),
        { Type: "RobertaProcessing" } found => Around(found, vocabulary, separators: 2),
        { } found => throw found.Unsupported(found.Type, "TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence"),
    };

    private static SequenceTemplate Around(JsonPart part, Vocabulary vocabulary, int separators)
    {
        int Id(string name) => part.Part(name) is { } pair && pair.Element.ValueKind == System.Text.Json.JsonValueKind.Array && pair.Element.GetArrayLength() == 2
            && vocabulary.Find(pair.Element[0].ToString()) is { } id ? id : throw part.Missing(name);
        var end = Id("sep");
        return new SequenceTemplate([Id("cls")], [end], [.. Enumerable.Repeat(end, separators)]);
    }

    private static SequenceTemplate Template(JsonPart part, Vocabulary vocabulary)
    {
        var single = Read(part.Items("single"), vocabulary);
        var pair = part.Part("pair") is { } found ? Read(found.Items(), vocabulary) : [[], [], []];
        return new SequenceTemplate(single[0], single[^1], pair.Count == 3 ? pair[1] : []);
    }

    /// <summary>The tokens before, between and after the texts of a template.</summary>
    private static List<int[]> Read(IEnumerable<JsonPart> items, Vocabulary vocabulary)
    {
        var groups = new List<int[]>();
        var current = new List<int>();
        foreach (var item in items)
        {
            if (item.Part("SpecialToken") is { } special)
            {
                var name = special.Text("id") ?? throw special.Missing("id");
                current.Add(vocabulary.Find(name) ?? throw new InvalidException($"{special.Path} names the token '{name}', which the vocabulary lacks."));
                continue;
            }

            groups.Add([.. current]);
            current.Clear();
        }

        groups.Add([.. current]);
        return groups.Count > 1 ? groups : throw new InvalidException("The tokenizer.json's template has no place for the text.");
    }
}
