using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Weights;

namespace Orrery.Language.ChatTemplates;

/// <summary>The chat template of an open model, wherever its format keeps it.</summary>
public static class ModelChatTemplate
{
    /// <summary>Its key in a GGUF file's metadata.</summary>
    internal const string Key = "tokenizer.chat_template";

    private const int MostBytes = 1 << 24;

    /// <summary>
    /// Its source: from the metadata, or beside safetensors from <c>chat_template.jinja</c> or <c>tokenizer_config.json</c> (of several named ones the default one); null where the model brings none.
    /// </summary>
    /// <exception cref="InvalidException">The file that should hold it is no JSON.</exception>
    public static string? Find(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Metadata.FindString(Key) is { Length: > 0 } source)
            return source;
        if (!new DirectoryInfo(model.Path).Exists)
            return null;
        return Read(Path.Combine(model.Path, "chat_template.jinja")) ?? (Read(Path.Combine(model.Path, "tokenizer_config.json")) is { } json ? OfConfiguration(json, model.Path) : null);
    }

    private static string? OfConfiguration(string json, string folder)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object || !document.RootElement.TryGetProperty("chat_template", out var template))
                return null;
            return template.ValueKind switch
            {
                JsonValueKind.String => template.GetString(),
                JsonValueKind.Array => template.EnumerateArray().Where(one => one.GetProperty("name").GetString() == "default").Select(one => one.GetProperty("template").GetString()).FirstOrDefault(),
                _ => null,
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidException($"The tokenizer_config.json in '{folder}' does not hold a chat template as it should: {fault.Message}", fault);
        }
    }

    private static string? Read(string path) => new FileInfo(path).Exists ? Encoding.UTF8.GetString(MappedFile.ReadWhole(path, MostBytes)) : null;
}
