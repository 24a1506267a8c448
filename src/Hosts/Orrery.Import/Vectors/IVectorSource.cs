using System.Text.Json.Nodes;

namespace Orrery.Import.Vectors;

/// <summary>A place that holds vectors: a server, a folder, a table, a file. Not thread-safe.</summary>
public interface IVectorSource : IAsyncDisposable
{
    /// <summary>The collections that it holds, each to be read before the next. What has no counterpart is noted in <paramref name="report"/>.</summary>
    /// <exception cref="Kernel.InvalidException">It cannot be read.</exception>
    IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, CancellationToken cancellationToken = default);
}

/// <summary>A collection of another system, in the words of the wire that collections are written over (Qdrant's).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Config">The body that creates it: its vectors with their sizes and distances.</param>
/// <param name="Count">How many points it has, where that is known beforehand.</param>
/// <param name="Pages">Its points.</param>
public sealed record ImportedCollection(string Name, JsonObject Config, long? Count, IAsyncEnumerable<PointPage> Pages)
{
    /// <summary>The payload fields that were indexed there, each with the schema of its index.</summary>
    public IReadOnlyList<(string Field, JsonNode Schema)> Indexes { get; init; } = [];

    /// <summary>Other names it goes by.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The configuration of a collection with one unnamed vector.</summary>
    internal static JsonObject OneVector(int size, string distance) => new() { ["vectors"] = new JsonObject { ["size"] = size, ["distance"] = distance } };
}

/// <summary>Some points, as the body of an upsert: <c>{"points":[{"id":…,"vector":…,"payload":…},…]}</c>.</summary>
/// <param name="Count">How many.</param>
/// <param name="Body">The JSON in UTF-8.</param>
public readonly record struct PointPage(int Count, ReadOnlyMemory<byte> Body);
