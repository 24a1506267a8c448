using System.Text;
using Orrery.Kernel;
using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>A <c>tokenizer.model</c> of SentencePiece: a protobuf <c>ModelProto</c> (field numbers from sentencepiece_model.proto).</summary>
public static class SentencePieceFile
{
    /// <summary>Builds the tokeniser.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidException">It is not a SentencePiece model, or one of words or characters.</exception>
    public static Tokenizer Load(ReadOnlyMemory<byte> file)
    {
        var proto = Read(file);
        var vocabulary = new Vocabulary([.. proto.Pieces.Select(Spelt)], [.. proto.Pieces.Select(piece => piece.Kind)], TokenSpelling.SentencePiece);
        var special = Special(proto, vocabulary);
        var prefix = proto.AddsPrefix ? SpacePrefix.Always : SpacePrefix.Never;
        var marks = new SpaceMarks(prefix, proto.RemovesExtraSpaces);
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = [.. Enumerable.Range(0, vocabulary.Count)
                .Where(id => vocabulary.Kind(id) is TokenKind.Control or TokenKind.UserDefined)
                .Select(id => new AddedToken(id, vocabulary.Text(id), vocabulary.Kind(id) == TokenKind.Control))],
            Normalizer = proto.CharacterMap is { Length: > 0 } map ? TextNormalizer.Of(new PrecompiledMap(map), marks) : marks,
            Model = Model(proto, vocabulary, special),
            Template = new SequenceTemplate(special.Bos is { } bos ? [bos] : [], [], []),
            DropsFirstSpace = proto.AddsPrefix,
        });
    }

    private static ISubwordModel Model(Proto proto, Vocabulary vocabulary, SpecialTokens special)
    {
        float[] scores = [.. proto.Pieces.Select(piece => piece.Score)];
        return proto.ModelType switch
        {
            1 => new UnigramModel(vocabulary, scores, special.Unknown ?? 0, proto.FallsBackToBytes),
            2 => new CharacterPairModel(vocabulary, MergeTable.FromScores(vocabulary, scores),
                new CharacterPairOptions { UnknownId = special.Unknown, FallsBackToBytes = proto.FallsBackToBytes, FusesUnknown = true }),
            _ => throw new InvalidException($"The SentencePiece model is of type {proto.ModelType}; unigram (1) and BPE (2) are supported."),
        };
    }

    /// <summary>A piece that the user defined is found in the text before spaces are marked.</summary>
    private static string Spelt(Piece piece) => piece.Kind == TokenKind.UserDefined ? piece.Text.Replace('▁', ' ') : piece.Text;

    private static SpecialTokens Special(Proto proto, Vocabulary vocabulary)
    {
        int? Id(int id) => id >= 0 && id < vocabulary.Count ? id : null;
        return new SpecialTokens { Unknown = Id(proto.UnknownId), Bos = Id(proto.BosId), Eos = Id(proto.EosId), Padding = Id(proto.PaddingId) }.WithEndsOf(vocabulary);
    }

    private static Proto Read(ReadOnlyMemory<byte> file)
    {
        var proto = new Proto();
        foreach (var field in ProtobufReader.Fields(file))
        {
            if (field.Number == 1)
                proto.Pieces.Add(ReadPiece(field.Bytes));
            else if (field.Number == 2)
                ReadTrainer(field.Bytes, proto);
            else if (field.Number == 3)
                ReadNormalizer(field.Bytes, proto);
        }

        if (proto.Pieces.Count == 0)
            throw new InvalidException("The file is not a SentencePiece model: it has no pieces.");
        return proto;
    }

    private static Piece ReadPiece(ReadOnlyMemory<byte> message)
    {
        var (text, score, kind) = ("", 0f, TokenKind.Normal);
        foreach (var field in ProtobufReader.Fields(message))
        {
            if (field.Number == 1)
                text = Encoding.UTF8.GetString(field.Bytes.Span);
            else if (field.Number == 2)
                score = BitConverter.UInt32BitsToSingle((uint)field.Value);
            else if (field.Number == 3 && field.Value is >= 1 and <= 6)
                kind = (TokenKind)field.Value;
        }

        if (float.IsNaN(score))
            throw new InvalidException($"The score of the piece '{text}' is not a number; the SentencePiece model is damaged.");
        return new Piece(text, score, kind);
    }

    private static void ReadTrainer(ReadOnlyMemory<byte> message, Proto proto)
    {
        foreach (var field in ProtobufReader.Fields(message))
        {
            // Ids are int32, and -1 ("there is none") is written as ten bytes of varint.
            switch (field.Number)
            {
                case 3: proto.ModelType = (int)field.Value; break;
                case 35: proto.FallsBackToBytes = field.Value != 0; break;
                case 40: proto.UnknownId = unchecked((int)field.Value); break;
                case 41: proto.BosId = unchecked((int)field.Value); break;
                case 42: proto.EosId = unchecked((int)field.Value); break;
                case 43: proto.PaddingId = unchecked((int)field.Value); break;
                default: break;
            }
        }
    }

    private static void ReadNormalizer(ReadOnlyMemory<byte> message, Proto proto)
    {
        foreach (var field in ProtobufReader.Fields(message))
        {
            switch (field.Number)
            {
                case 2: proto.CharacterMap = field.Bytes.ToArray(); break;
                case 3: proto.AddsPrefix = field.Value != 0; break;
                case 4: proto.RemovesExtraSpaces = field.Value != 0; break;
                default: break;
            }
        }
    }

    private readonly record struct Piece(string Text, float Score, TokenKind Kind);

    /// <summary>What the file says, with the defaults of the format.</summary>
    private sealed class Proto
    {
        public List<Piece> Pieces { get; } = [];

        public int ModelType { get; set; } = 1;

        public bool FallsBackToBytes { get; set; }

        public int UnknownId { get; set; }

        public int BosId { get; set; } = 1;

        public int EosId { get; set; } = 2;

        public int PaddingId { get; set; } = -1;

        public byte[]? CharacterMap { get; set; }

        public bool AddsPrefix { get; set; } = true;

        public bool RemovesExtraSpaces { get; set; } = true;
    }
}
