using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Orrery.Client.VectorData;

/// <summary>
/// A server's collections as a vector store of Microsoft.Extensions.VectorData, so that what is written against its abstractions (Semantic Kernel, Agent Framework) finds its records in Orrery.
/// Thread-safe. The client stays the caller's.
/// </summary>
/// <example><code>
/// var hotels = new OrreryVectorStore(orrery).GetCollection&lt;Guid, Hotel&gt;("hotels");
/// await hotels.EnsureCollectionExistsAsync();
/// await hotels.UpsertAsync(hotel);
/// await foreach (var found in hotels.SearchAsync(vector, 3, new() { Filter = h => h.City == "Oslo" &amp;&amp; h.Stars >= 4 })) …
/// </code></example>
public sealed class OrreryVectorStore : VectorStore
{
    internal const string SystemName = "orrery";

    private readonly OrreryClient _client;
    private readonly IEmbeddingGenerator? _embeddings;

    /// <summary>The collections of a client's workspace; <paramref name="embeddings"/> makes vectors of texts where a collection names no generator of its own.</summary>
    public OrreryVectorStore(OrreryClient client, IEmbeddingGenerator? embeddings = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _embeddings) = (client, embeddings);
    }

    /// <inheritdoc/>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null) =>
        typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new ArgumentException("Records without a type of their own come from GetDynamicCollection.", nameof(definition))
            : new OrreryVectorCollection<TKey, TRecord>(_client, name, RecordModel.Of(typeof(TRecord), typeof(TKey), definition, _embeddings));

    /// <inheritdoc/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition) =>
        new OrreryVectorCollection<object, Dictionary<string, object?>>(_client, name, RecordModel.OfDynamic(definition, _embeddings));

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var answer = await CollectionWire.SendAsync(_client, HttpMethod.Get, "collections", null, null, cancellationToken).ConfigureAwait(false);
        foreach (var collection in answer.RootElement.GetProperty("result").GetProperty("collections").EnumerateArray())
            yield return collection.GetProperty("name").GetString()!;
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default) => CollectionWire.ExistsAsync(_client, name, cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default) => CollectionWire.DeleteAsync(_client, name, cancellationToken);

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = SystemName, VectorStoreName = _client.Server.Host }
            : serviceType == typeof(OrreryClient) ? _client
            : serviceType.IsInstanceOfType(this) ? this : null;
    }
}
