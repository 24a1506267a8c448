using System.Text;
using System.Text.RegularExpressions;
using Orrery.Kernel;
using Orrery.Language.Tokenizers.Normalizers;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The <c>normalizer</c> of a tokenizer.json.</summary>
internal static class JsonNormalizer
{
    public static IEnumerable<TextNormalizer> Read(JsonPart? part)
    {
        if (part is not { } found)
            return [];
        return found.Type switch
        {
            "Sequence" => found.Items("normalizers").SelectMany(item => Read(item)),
            "NFC" => [new UnicodeForm(NormalizationForm.FormC)],
            "NFD" => [new UnicodeForm(NormalizationForm.FormD)],
            "NFKC" => [new UnicodeForm(NormalizationForm.FormKC)],
            "NFKD" => [new UnicodeForm(NormalizationForm.FormKD)],
            "Lowercase" => [new LowerCase()],
            "StripAccents" => [new WithoutAccents()],
            "Strip" => [new Trimmed(found.Flag("strip_left") ?? true, found.Flag("strip_right") ?? true)],
            "Prepend" => [new Prepend(found.Text("prepend") ?? throw found.Missing("prepend"))],
            "Replace" => [new Substitute(Pattern(found), found.Text("content") ?? "")],
            "Precompiled" => [new PrecompiledMap(Map(found))],
            "BertNormalizer" => [Bert(found)],
            var other => throw found.Unsupported(other, "Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend", "Replace", "Precompiled", "BertNormalizer"),
        };
    }

    /// <summary><c>{"String": "…"}</c> or <c>{"Regex": "…"}</c>.</summary>
    public static Regex Pattern(JsonPart part)
    {
        var pattern = part.Part("pattern") ?? throw part.Missing("pattern");
        var text = pattern.Text("String") is { } literal ? Regex.Escape(literal) : pattern.Text("Regex") ?? throw pattern.Missing("Regex");
        try
        {
            // The file is a stranger's: an expression that backtracks for ever must not hold a thread for ever.
            return new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException exception)
        {
            throw new InvalidException($"{pattern.Path} is not an expression that .NET can read: {exception.Message}", exception);
        }
    }

    private static byte[] Map(JsonPart part)
    {
        try
        {
            return Convert.FromBase64String(part.Text("precompiled_charsmap") ?? throw part.Missing("precompiled_charsmap"));
        }
        catch (FormatException exception)
        {
            throw new InvalidException($"{part.Path}.precompiled_charsmap is not base64.", exception);
        }
    }

    private static BertText Bert(JsonPart part)
    {
        var lowers = part.Flag("lowercase") ?? true;
        return new BertText(new BertTextOptions
        {
            CleansText = part.Flag("clean_text") ?? true,
            SpacesChinese = part.Flag("handle_chinese_chars") ?? true,
            // Null means: as lowercase.
            StripsAccents = part.Flag("strip_accents") ?? lowers,
            Lowercases = lowers,
        });
    }
}
