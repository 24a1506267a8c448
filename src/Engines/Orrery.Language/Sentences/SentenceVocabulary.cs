using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Weights.TensorflowJs;

namespace Orrery.Language.Sentences;

/// <summary>vocab.json beside the weights: pieces with their log-probabilities, <c>[["▁the", -3.57], …]</c>, of which the first six are no text.</summary>
internal static class SentenceVocabulary
{
    private const int Reserved = 6;
    private const float UnknownScore = -30;

    public static Tokenizer Load(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(TensorflowJsModel.MappedBytes(path));
            string[] texts = [.. json.RootElement.EnumerateArray().Select(piece => piece[0].GetString() ?? "")];
            // Pieces with a colon have no score; the encoder that ships with the weights takes 0 for it.
            float[] scores = [.. json.RootElement.EnumerateArray().Select(piece => piece[1].ValueKind == JsonValueKind.Null ? 0 : piece[1].GetSingle())];
            var kinds = Enumerable.Range(0, texts.Length).Select(id => id == 0 ? TokenKind.Unknown : id < Reserved ? TokenKind.Control : TokenKind.Normal).ToArray();
            if (texts.Length <= Reserved)
                throw new InvalidException($"'{path}' has {texts.Length} pieces; more than {Reserved} are needed.");
            var vocabulary = new Vocabulary(texts, kinds, TokenSpelling.SentencePiece);
            return new Tokenizer(new TokenizerParts
            {
                Vocabulary = vocabulary,
                Special = new SpecialTokens { Unknown = 0 },
                Normalizer = TextNormalizer.Of(new UnicodeForm(NormalizationForm.FormKC), new SpaceMarks(SpacePrefix.Always)),
                Model = new UnigramModel(vocabulary, scores, unknownId: 0, unknownScore: UnknownScore),
                DropsFirstSpace = true,
            });
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidException($"'{path}' is no list of pieces and scores: {fault.Message}", fault);
        }
    }
}
