using System.Buffers.Binary;
using System.Text;
using Orrery.Kernel;
using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>
/// The <c>tokenizer.bin</c> of karpathy/llama2.c: the longest length, then a score (float32), a length (int32) and the text of each token. Its own SentencePiece model with ▁ written as a space; the first three tokens
/// are unknown, begin and end, the next 256 are bytes.
/// </summary>
public static class Llama2cTokenizer
{
    private const int MostTokens = 1 << 20, MostLength = 1 << 16, Bytes = 256;

    /// <summary>Builds the tokeniser.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidException">It is no such file, or was cut off.</exception>
    public static Tokenizer Load(ReadOnlySpan<byte> file)
    {
        var (texts, scores) = Read(file);
        var vocabulary = new Vocabulary(texts, [.. texts.Select((_, id) => Kind(id))], TokenSpelling.SentencePiece);
        var special = new SpecialTokens { Unknown = 0, Bos = 1, Eos = 2 }.WithEndsOf(vocabulary);
        return new(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = [new(1, "<s>", NeedsConsent: true), new(2, "</s>", NeedsConsent: true)],
            Normalizer = new SpaceMarks(SpacePrefix.Always),
            Model = new CharacterPairModel(vocabulary, MergeTable.FromScores(vocabulary, scores), new() { UnknownId = 0, FallsBackToBytes = true }),
            Template = new([1], [], []),
            DropsFirstSpace = true,
        });
    }

    internal static TokenKind Kind(int id) => id switch { 0 => TokenKind.Unknown, < 3 => TokenKind.Control, < 3 + Bytes => TokenKind.Byte, _ => TokenKind.Normal };

    /// <summary>Texts as SentencePiece writes them, and scores.</summary>
    internal static (string[] Texts, float[] Scores) Read(ReadOnlySpan<byte> file)
    {
        var texts = new List<string>();
        var scores = new List<float>();
        if (file.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(file) is < 1 or > MostLength)
            throw new InvalidException("The file is no tokenizer of llama2.c: it does not begin with a length.");
        for (var rest = file[4..]; !rest.IsEmpty;)
        {
            var length = rest.Length < 8 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            if (length < 0 || length > rest.Length - 8 || texts.Count == MostTokens)
                throw new InvalidException($"The llama2.c tokenizer is damaged at token {texts.Count}: it was cut off, or is no such file.");
            scores.Add(BinaryPrimitives.ReadSingleLittleEndian(rest));
            texts.Add(Encoding.UTF8.GetString(rest.Slice(8, length)));
            rest = rest[(8 + length)..];
        }

        if (texts.Count < 3 + Bytes || texts[3] != "<0x00>" || scores.Exists(float.IsNaN))
            throw new InvalidException($"The file is no tokenizer of llama2.c: of its {texts.Count} tokens, the fourth and those behind it should be the 256 bytes.");
        // llama2.c's export surrounds the begin and the end with line breaks.
        (texts[0], texts[1], texts[2]) = ("<unk>", "<s>", "</s>");
        return ([.. texts.Select((text, id) => id < 3 + Bytes ? text : text.Replace(' ', '▁'))], [.. scores]);
    }
}
