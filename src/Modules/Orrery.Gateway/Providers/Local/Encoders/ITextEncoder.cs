namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>A model that makes vectors of texts, with its tokenizer. Thread-safe.</summary>
internal interface ITextEncoder : IDisposable
{
    /// <summary>Components of a vector.</summary>
    int Width { get; }

    /// <summary>Whether it judges pairs of texts (a cross-encoder) instead.</summary>
    bool IsCrossEncoder { get; }

    /// <summary>A vector for each text; what goes beyond the model's length is not read.</summary>
    EncodedTexts Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken);

    /// <summary>How well each text answers the query, 0 to 1; for cross-encoders.</summary>
    EncodedScores Score(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>Vectors, and the tokens that were read for them.</summary>
internal readonly record struct EncodedTexts(float[][] Vectors, long Tokens);

/// <summary>Scores, and the tokens that were read for them.</summary>
internal readonly record struct EncodedScores(double[] Scores, long Tokens);
