using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads what a collection is to be, and what is to change of it.</summary>
internal static class ConfigReader
{
    private static readonly string[] Params = ["shard_number", "sharding_method", "replication_factor", "write_consistency_factor", "read_fan_out_factor", "read_fan_out_delay_ms", "on_disk_payload", "payload"];

    // The engine's own: the greatest few of two thousand components cost less clipped than all others do by a coarser scale.
    private const double DefaultQuantile = 0.9995;

    public static CollectionConfig Create(JsonElement body)
    {
        var accepted = new Dictionary<string, JsonElement>();
        Keep(accepted, "params", Only(body, Params));
        if ((body.Member("quantization_config") ?? body.Member("quantization")) is { } quantization)
            accepted["quantization_config"] = quantization.Clone();
        foreach (var section in new[] { "wal_config", "optimizers_config" })
        {
            if (body.Member(section) is { } value)
                accepted[section] = value.Clone();
        }

        NotPinned(body.Member("payload"), "payload");
        foreach (var positive in new[] { "replication_factor", "write_consistency_factor" })
            body.Member(positive)?.Whole(positive, 1);
        if (body.Member("wal_config")?.Member("wal_capacity_mb") is { } capacity)
            capacity.Whole("wal_config.wal_capacity_mb", 1);
        return new()
        {
            Vectors = body.Member("vectors") is { } vectors ? Dense(vectors) : new Dictionary<string, DenseVectorConfig>(),
            SparseVectors = body.Member("sparse_vectors") is { } sparse ? Sparse(sparse) : new Dictionary<string, SparseVectorConfig>(),
            Shards = body.Member("shard_number")?.Whole("shard_number", 1) ?? 1,
            Hnsw = Hnsw(body.Member("hnsw_config")) ?? new(),
            IndexingThreshold = Optimizers(body.Member("optimizers_config")),
            Codes = Codes(accepted.GetValueOrDefault("quantization_config"), "quantization_config"),
            Strict = Strict(new(), body.Member("strict_mode_config")),
            Metadata = Merged(new Dictionary<string, JsonElement>(), body.Member("metadata")),
            Accepted = accepted,
        };
    }

    public static CollectionConfig Update(CollectionConfig config, JsonElement body)
    {
        var accepted = new Dictionary<string, JsonElement>(config.Accepted);
        NotPinned(body.Member("params")?.Member("payload"), "params.payload");
        foreach (var section in new[] { "params", "optimizers_config" })
        {
            if (body.Member(section) is { } value)
                Keep(accepted, section, Merged(accepted.TryGetValue(section, out var before) ? Members(before) : new Dictionary<string, JsonElement>(), value, keepNulls: true));
        }

        if (body.TryGetProperty("quantization_config"u8, out var quantization) && quantization.ValueKind != JsonValueKind.Null)
        {
            if (quantization.ValueKind == JsonValueKind.String)
                accepted.Remove("quantization_config");
            else
                accepted["quantization_config"] = quantization.Clone();
        }

        return config with
        {
            Hnsw = config.Hnsw.Then(Hnsw(body.Member("hnsw_config"))),
            IndexingThreshold = Optimizers(body.Member("optimizers_config")) ?? config.IndexingThreshold,
            Codes = Codes(accepted.GetValueOrDefault("quantization_config"), "quantization_config"),
            Vectors = body.Member("vectors") is { } vectors ? Updated(config.Vectors, vectors) : config.Vectors,
            SparseVectors = body.Member("sparse_vectors") is { } sparse ? Updated(config.SparseVectors, sparse) : config.SparseVectors,
            Strict = Strict(config.Strict, body.Member("strict_mode_config")),
            Metadata = Merged(config.Metadata, body.Member("metadata")),
            Accepted = accepted,
        };
    }

    /// <summary>A vector by itself, as when it is added to a collection.</summary>
    public static DenseVectorConfig DenseVector(JsonElement vector, string path)
    {
        var size = vector.Required("size").Whole($"{path}.size");
        if (size is < 1 or > DenseVectorConfig.MaxSize)
            throw QdrantRefusal.Validation($"{path}.size", $"value {size} invalid, must be from 1 to {DenseVectorConfig.MaxSize}");
        NotPinned(vector, path);
        return new(size, vector.Required("distance").Word<VectorDistance>("distance"))
        {
            Datatype = vector.Member("datatype")?.Word<VectorDatatype>("datatype") ?? VectorDatatype.Float32,
            IsMulti = vector.Member("multivector_config") is not null,
            Hnsw = Hnsw(vector.Member("hnsw_config")),
            Codes = Codes(vector.Member("quantization_config") ?? default, $"{path}.quantization_config"),
            Accepted = Only(vector, "on_disk", "memory", "datatype", "multivector_config", "quantization_config", "hnsw_config"),
        };
    }

    public static SparseVectorConfig SparseVector(JsonElement vector)
    {
        if (vector.Member("index")?.Member("datatype") is { } datatype && datatype.Word<VectorDatatype>("datatype") == VectorDatatype.Turbo4)
            throw QdrantRefusal.Validation("sparse_vectors.index.datatype", "Validation error: sparse vectors do not support the turbo4 datatype");
        return new() { Idf = vector.Member("modifier")?.Text("modifier") == "idf", Accepted = Only(vector, "index", "modifier") };
    }

    // Only what a client may keep off the heap can be asked not to be: rows are on disk, and vectors in memory.
    private static void NotPinned(JsonElement? section, string path)
    {
        if (section?.Member("memory") is { ValueKind: JsonValueKind.String } memory && memory.GetString() == "pinned")
            throw QdrantRefusal.Validation($"{path}.memory", "Validation error: `pinned` is not supported for this storage");
    }

    private static Dictionary<string, DenseVectorConfig> Dense(JsonElement vectors)
    {
        if (vectors.Member("size") is { ValueKind: JsonValueKind.Number } || vectors.Member("distance") is { ValueKind: JsonValueKind.String })
            return new() { [Point.Unnamed] = DenseVector(vectors, "vectors") };
        return vectors.Members("vectors").ToDictionary(vector => vector.Name, vector => DenseVector(vector.Value, $"vectors.{vector.Name}"), StringComparer.Ordinal);
    }

    private static Dictionary<string, SparseVectorConfig> Sparse(JsonElement vectors)
    {
        var sparse = vectors.Members("sparse_vectors").ToDictionary(vector => vector.Name, vector => SparseVector(vector.Value), StringComparer.Ordinal);
        return sparse.ContainsKey("") ? throw QdrantRefusal.BadRequest("Sparse vector name cannot be empty") : sparse;
    }

    private static Dictionary<string, DenseVectorConfig> Updated(IReadOnlyDictionary<string, DenseVectorConfig> vectors, JsonElement diffs)
    {
        var updated = new Dictionary<string, DenseVectorConfig>(vectors, StringComparer.Ordinal);
        foreach (var diff in diffs.Members("vectors"))
        {
            if (!updated.TryGetValue(diff.Name, out var vector))
                throw new Kernel.InvalidException($"Not existing vector name error: {diff.Name}");
            NotPinned(diff.Value, $"vectors.{diff.Name}");
            var accepted = Diff(vector.Accepted, diff.Value);
            updated[diff.Name] = vector with
            {
                Codes = Codes(accepted.GetValueOrDefault("quantization_config"), $"vectors.{diff.Name}.quantization_config"),
                Hnsw = vector.Hnsw is null ? Hnsw(diff.Value.Member("hnsw_config")) : vector.Hnsw.Then(Hnsw(diff.Value.Member("hnsw_config"))),
                Accepted = accepted,
            };
        }

        return updated;
    }

    // hnsw_config is merged member by member; a quantisation that is "Disabled" goes.
    private static Dictionary<string, JsonElement> Diff(IReadOnlyDictionary<string, JsonElement> accepted, JsonElement diff)
    {
        var merged = Merged(accepted, diff, keepNulls: true).ToDictionary();
        if (accepted.TryGetValue("hnsw_config", out var before) && diff.Member("hnsw_config") is { } hnsw)
            merged["hnsw_config"] = Element(Merged(Members(before), hnsw));
        if (merged.TryGetValue("quantization_config", out var quantization) && quantization.ValueKind == JsonValueKind.String)
            merged.Remove("quantization_config");
        return merged;
    }

    private static Dictionary<string, SparseVectorConfig> Updated(IReadOnlyDictionary<string, SparseVectorConfig> vectors, JsonElement diffs)
    {
        var updated = new Dictionary<string, SparseVectorConfig>(vectors, StringComparer.Ordinal);
        foreach (var diff in diffs.Members("sparse_vectors"))
        {
            if (!updated.TryGetValue(diff.Name, out var vector))
                throw new Kernel.InvalidException($"Not existing vector name error: {diff.Name}");
            updated[diff.Name] = new() { Idf = diff.Value.Member("modifier") is { } modifier ? modifier.Text("modifier") == "idf" : vector.Idf, Accepted = Merged(vector.Accepted, diff.Value) };
        }

        return updated;
    }

    // Scalar alone: products and bits are kept and read back, and vectors compared as they are.
    private static VectorCodes? Codes(JsonElement quantization, string path)
    {
        if (quantization.ValueKind != JsonValueKind.Object || quantization.Member("scalar") is not { } scalar)
            return null;
        if (scalar.Required("type").Text("type") is var type && type != "int8")
            throw QdrantRefusal.Format($"unknown variant `{type}` for `{path}.scalar.type`, expected `int8`");
        var quantile = scalar.Member("quantile")?.Number("quantile") ?? DefaultQuantile;
        return quantile is >= 0.5 and <= 1 ? new(quantile) : throw QdrantRefusal.Validation($"{path}.scalar.quantile", $"value {quantile} invalid, must be from 0.5 to 1.0");
    }

    private static HnswConfig? Hnsw(JsonElement? hnsw) => hnsw is not { } given ? null : new()
    {
        M = given.Member("m")?.Whole("hnsw_config.m"),
        EfConstruct = given.Member("ef_construct")?.Whole("hnsw_config.ef_construct", 4),
        FullScanThreshold = given.Member("full_scan_threshold")?.Whole("hnsw_config.full_scan_threshold"),
        Accepted = Only(given, "m", "ef_construct", "full_scan_threshold", "max_indexing_threads", "on_disk", "memory", "payload_m", "inline_storage", "copy_vectors"),
    };

    private static int? Optimizers(JsonElement? optimizers)
    {
        if (optimizers is not { } given)
            return null;
        given.Member("max_segment_size")?.Whole("optimizers_config.max_segment_size", 1);
        given.Member("vacuum_min_vector_number")?.Whole("optimizers_config.vacuum_min_vector_number", 100);
        if (given.Member("deleted_threshold")?.Number("deleted_threshold") is { } threshold and (< 0 or > 1))
            throw QdrantRefusal.Validation("optimizers_config.deleted_threshold", $"value {threshold} invalid, must be from 0.0 to 1.0");
        return given.Member("indexing_threshold")?.Whole("indexing_threshold");
    }

    private static StrictMode Strict(StrictMode before, JsonElement? strict)
    {
        if (strict is not { } given)
            return before;
        foreach (var positive in new[] { "max_query_limit", "max_timeout", "read_rate_limit", "write_rate_limit", "max_points_count" })
            given.Member(positive)?.Whole($"strict_mode_config.{positive}", 1);
        return new() { Enabled = given.Member("enabled")?.Truth("enabled") ?? before.Enabled, Bounds = Merged(before.Bounds, given, keepNulls: true) };
    }

    private static Dictionary<string, JsonElement> Only(JsonElement parent, params string[] names)
    {
        var kept = new Dictionary<string, JsonElement>();
        foreach (var name in names)
        {
            if (parent.Member(name) is { } value)
                kept[name] = value.Clone();
        }

        return kept;
    }

    private static void Keep(Dictionary<string, JsonElement> accepted, string section, IReadOnlyDictionary<string, JsonElement> members) => accepted[section] = Element(members);

    private static JsonElement Element(IReadOnlyDictionary<string, JsonElement> members) => JsonSerializer.SerializeToElement(members);

    private static Dictionary<string, JsonElement> Members(JsonElement value) => value.Members("configuration").ToDictionary(member => member.Name, member => member.Value);

    // A null takes a member away, or (keepNulls) says nothing.
    private static IReadOnlyDictionary<string, JsonElement> Merged(IReadOnlyDictionary<string, JsonElement> members, JsonElement? over, bool keepNulls = false)
    {
        if (over is not { } given)
            return members;
        if (given.ValueKind != JsonValueKind.Object)
            throw QdrantRefusal.Format($"expected an object, got {JsonRead.Shown(given)}");
        var merged = new Dictionary<string, JsonElement>(members);
        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
                merged[member.Name] = member.Value.Clone();
            else if (!keepNulls)
                merged.Remove(member.Name);
        }

        return merged;
    }
}
