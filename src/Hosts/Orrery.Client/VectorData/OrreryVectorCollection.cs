using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Orrery.Kernel;

namespace Orrery.Client.VectorData;

/// <summary>One collection of records. Thread-safe. Writes are on the server's disk when they return.</summary>
/// <typeparam name="TKey"><see cref="ulong"/> or <see cref="Guid"/>; <see cref="object"/> where records are dictionaries.</typeparam>
/// <typeparam name="TRecord">The record's type.</typeparam>
public sealed class OrreryVectorCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    private const int BatchRecords = 1_000;

    // Of each ranking that is fused: what stands below in both is not among the best.
    private const int LeastCandidates = 100;

    private readonly OrreryClient _client;
    private readonly CollectionModel _model;
    private readonly RecordMapping<TRecord> _mapping;
    private readonly string _path;

    internal OrreryVectorCollection(OrreryClient client, string name, CollectionModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_client, Name, _model) = (client, name, model);
        _mapping = new(model);
        _path = CollectionWire.Path(name);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => CollectionWire.ExistsAsync(_client, Name, cancellationToken);

    /// <inheritdoc/>
    public override async Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        var vectors = _model.VectorProperties.Select(vector => (vector.StorageName, Config: (JsonNode)new JsonObject { ["size"] = vector.Dimensions, ["distance"] = RecordModel.Distance(vector).Name })).ToList();
        var body = new JsonObject { ["vectors"] = vectors.Count == 1 ? vectors[0].Config : new JsonObject(vectors.Select(vector => KeyValuePair.Create(vector.StorageName, (JsonNode?)vector.Config))) };
        // What is indexed as full text is found by its words: the server makes a sparse vector of each text, under the property's name.
        if (_mapping.Texts.Count > 0)
            body["sparse_vectors"] = new JsonObject(_mapping.Texts.Select(text => KeyValuePair.Create(text.StorageName, (JsonNode?)new JsonObject { ["modifier"] = "idf" })));
        try
        {
            using var _ = await SendAsync(HttpMethod.Put, "", body, cancellationToken).ConfigureAwait(false);
        }
        catch (ConflictException)
        {
            // It is there, as was asked.
        }
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => CollectionWire.DeleteAsync(_client, Name, cancellationToken);

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var batch in records.Chunk(BatchRecords))
        {
            var points = await _mapping.PointsAsync(batch, cancellationToken).ConfigureAwait(false);
            using var _ = await SendAsync(HttpMethod.Put, "/points?wait=true", new() { ["points"] = points }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    /// <inheritdoc/>
    public override async Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        using var _ = await SendAsync(HttpMethod.Post, "/points/delete?wait=true", new() { ["points"] = Ids(keys) }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        await foreach (var record in GetAsync([key], options, cancellationToken).ConfigureAwait(false))
            return record;
        return null;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var withVectors = options?.IncludeVectors ?? false;
        using var answer = await SendAsync(HttpMethod.Post, "/points", new() { ["ids"] = Ids(keys), ["with_payload"] = true, ["with_vector"] = withVectors }, cancellationToken).ConfigureAwait(false);
        foreach (var point in answer.RootElement.GetProperty("result").EnumerateArray())
            yield return _mapping.Record(point, withVectors);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The filter cannot be translated, or there is more than one order.</exception>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        var body = new JsonObject
        {
            ["filter"] = FilterTranslation.Translate(filter, _model),
            ["limit"] = checked(top + options.Skip),
            ["with_payload"] = true,
            ["with_vector"] = options.IncludeVectors,
        };
        var orders = options.OrderBy?.Invoke(new()).Values ?? [];
        if (orders.Count > 1)
            throw new NotSupportedException("Records are put in order by one property.");
        if (orders.Count == 1)
            body["order_by"] = new JsonObject { ["key"] = _model.GetDataOrKeyProperty(orders[0].PropertySelector).StorageName, ["direction"] = orders[0].Ascending ? "asc" : "desc" };
        using var answer = await SendAsync(HttpMethod.Post, "/points/scroll", body, cancellationToken).ConfigureAwait(false);
        foreach (var point in answer.RootElement.GetProperty("result").GetProperty("points").EnumerateArray().Skip(options.Skip))
            yield return _mapping.Record(point, options.IncludeVectors);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The filter cannot be translated, or the generator does not make vectors of float.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="searchValue"/> is no vector, and there is no generator that makes one of it.</exception>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        var vector = _model.GetVectorPropertyOrSingle(options);
        var (_, score) = RecordModel.Distance(vector);
        var query = await QueryAsync(vector, searchValue, cancellationToken).ConfigureAwait(false);
        var body = new JsonObject { ["query"] = RecordMapping<TRecord>.Json(query), ["limit"] = top, ["offset"] = options.Skip, ["with_payload"] = true, ["with_vector"] = options.IncludeVectors };
        if (_mapping.VectorName(vector) is { } name)
            body["using"] = name;
        if (options.Filter is { } filter)
            body["filter"] = FilterTranslation.Translate(filter, _model);
        using var answer = await SendAsync(HttpMethod.Post, "/points/query", body, cancellationToken).ConfigureAwait(false);
        foreach (var point in answer.RootElement.GetProperty("result").GetProperty("points").EnumerateArray())
        {
            var found = score(point.GetProperty("score").GetDouble());
            // The scale of a score is the property's, so that the threshold is kept here: the farther ones come last.
            if (options.ScoreThreshold is { } threshold && (RecordModel.IsSimilarity(vector) ? found < threshold : found > threshold))
                yield break;
            yield return new(_mapping.Record(point, options.IncludeVectors), found);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The nearest and the best by BM25, fused by their ranks (RRF), which is what scores are made of.</remarks>
    /// <exception cref="NotSupportedException">The filter cannot be translated, or the generator does not make vectors of float.</exception>
    /// <exception cref="InvalidOperationException">No text is indexed as full text, or several are and none is named; or <paramref name="searchValue"/> is no vector, and there is no generator that makes one of it.</exception>
    public async IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        var vector = _model.GetVectorPropertyOrSingle<TRecord>(new() { VectorProperty = options.VectorProperty });
        var text = _model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        var query = await QueryAsync(vector, searchValue, cancellationToken).ConfigureAwait(false);
        var candidates = Math.Max(LeastCandidates, checked(top + options.Skip));
        var near = new JsonObject { ["query"] = RecordMapping<TRecord>.Json(query), ["limit"] = candidates };
        if (_mapping.VectorName(vector) is { } name)
            near["using"] = name;
        var words = new JsonObject { ["query"] = RecordMapping<TRecord>.Words(string.Join(' ', keywords)), ["using"] = text.StorageName, ["limit"] = candidates };
        var body = new JsonObject
        {
            ["prefetch"] = new JsonArray(near, words),
            ["query"] = new JsonObject { ["fusion"] = "rrf" },
            ["limit"] = top,
            ["offset"] = options.Skip,
            ["with_payload"] = true,
            ["with_vector"] = options.IncludeVectors,
        };
        if (options.Filter is { } filter)
            body["filter"] = FilterTranslation.Translate(filter, _model);
        if (options.ScoreThreshold is { } threshold)
            body["score_threshold"] = threshold;
        using var answer = await SendAsync(HttpMethod.Post, "/points/query", body, cancellationToken).ConfigureAwait(false);
        foreach (var point in answer.RootElement.GetProperty("result").GetProperty("points").EnumerateArray())
            yield return new(_mapping.Record(point, options.IncludeVectors), point.GetProperty("score").GetDouble());
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = OrreryVectorStore.SystemName, VectorStoreName = _client.Server.Host, CollectionName = Name }
            : serviceType == typeof(OrreryClient) ? _client
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    private static async Task<ReadOnlyMemory<float>> QueryAsync<TInput>(VectorPropertyModel vector, TInput searchValue, CancellationToken cancellationToken) where TInput : notnull =>
        RecordMapping<TRecord>.Components(searchValue)
            ?? (await vector.GenerateEmbeddingAsync(searchValue, cancellationToken).ConfigureAwait(false) as Embedding<float>)?.Vector
            ?? throw new NotSupportedException($"The generator of '{vector.ModelName}' makes no vector of float.");

    private Task<JsonDocument> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken) => CollectionWire.SendAsync(_client, method, _path + path, body, Name, cancellationToken);

    private static JsonArray Ids(IEnumerable<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new([.. keys.Select(key => RecordMapping<TRecord>.Id(key))]);
    }
}
