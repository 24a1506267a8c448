using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Writing;

/// <summary>Writes what a collection is and how it does.</summary>
internal static class CollectionWriter
{
    // What a client reads where nobody set anything: what holds here, and for what means nothing here, Qdrant's own defaults.
    private static readonly JsonElement Hnsw = Parse("""{"m":16,"ef_construct":100,"full_scan_threshold":10000,"max_indexing_threads":0,"on_disk":false}""");
    private static readonly JsonElement Optimizers = Parse("""
        {"deleted_threshold":0.2,"vacuum_min_vector_number":1000,"default_segment_number":0,"max_segment_size":null,"memmap_threshold":null,"indexing_threshold":10000,"flush_interval_sec":5,"max_optimization_threads":null}
        """);
    private static readonly JsonElement Wal = Parse("""{"wal_capacity_mb":32,"wal_segments_ahead":0,"wal_retain_closed":1}""");
    private static readonly JsonElement Params = Parse("""{"shard_number":1,"replication_factor":1,"write_consistency_factor":1,"on_disk_payload":true}""");
    private static readonly JsonElement None = Parse("{}");

    public static void Collection(this Utf8JsonWriter json, ICollection collection)
    {
        var state = collection.State();
        var config = collection.Config;
        json.WriteStartObject();
        json.WriteString("status"u8, state.IsIndexing ? "yellow"u8 : "green"u8);
        json.WriteString("optimizer_status"u8, "ok"u8);
        json.WriteNumber("indexed_vectors_count"u8, state.Indexed);
        json.WriteNumber("points_count"u8, state.Points);
        json.WriteNumber("segments_count"u8, state.Shards.Count);
        json.WriteStartObject("config"u8);
        Parameters(json, config);
        Section(json, "hnsw_config", Hnsw, config.Hnsw.Accepted);
        Section(json, "optimizer_config", Optimizers, config.Accepted.GetValueOrDefault("optimizers_config"));
        Section(json, "wal_config", Wal, config.Accepted.GetValueOrDefault("wal_config"));
        json.WritePropertyName("quantization_config"u8);
        Any(json, config.Accepted.GetValueOrDefault("quantization_config"));
        if (config.Strict.Bounds.Count > 0)
            Section(json, "strict_mode_config", None, config.Strict.Bounds);
        if (config.Metadata.Count > 0)
            Section(json, "metadata", None, config.Metadata);
        json.WriteEndObject();
        Fields(json, config, state);
        Warnings(json, config);
        json.WriteStartObject("update_queue"u8);
        json.WriteNumber("length"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Parameters(Utf8JsonWriter json, CollectionConfig config)
    {
        json.WriteStartObject("params"u8);
        json.WritePropertyName("vectors"u8);
        if (config.Vectors.TryGetValue(Point.Unnamed, out var only))
            Vector(json, only);
        else
        {
            json.WriteStartObject();
            foreach (var (name, vector) in config.Vectors)
            {
                json.WritePropertyName(name);
                Vector(json, vector);
            }

            json.WriteEndObject();
        }

        Members(json, Params, Members(config.Accepted.GetValueOrDefault("params")));
        if (config.SparseVectors.Count > 0)
        {
            json.WriteStartObject("sparse_vectors"u8);
            foreach (var (name, vector) in config.SparseVectors)
                Section(json, name, None, vector.Accepted);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Vector(Utf8JsonWriter json, DenseVectorConfig vector)
    {
        json.WriteStartObject();
        json.WriteNumber("size"u8, vector.Size);
        json.WriteString("distance"u8, vector.Distance.ToString());
        Members(json, None, vector.Accepted);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, CollectionConfig config, CollectionState state)
    {
        json.WriteStartObject("payload_schema"u8);
        foreach (var (path, field) in config.Fields)
        {
            json.WriteStartObject(path);
            json.WriteString("data_type"u8, Name(field.Type));
            if (field.Params is { } parameters)
            {
                json.WritePropertyName("params"u8);
                parameters.WriteTo(json);
            }

            json.WriteNumber("points"u8, state.Fields.GetValueOrDefault(path));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // What was asked for and does nothing.
    private static void Warnings(Utf8JsonWriter json, CollectionConfig config)
    {
        var idle = config.Vectors.Where(vector => vector.Value.Hnsw?.Accepted.GetValueOrDefault("inline_storage").ValueKind == JsonValueKind.True
            && (vector.Value.IsMulti || !(vector.Value.Accepted.ContainsKey("quantization_config") || config.Accepted.ContainsKey("quantization_config")))).ToList();
        if (idle.Count == 0)
            return;
        json.WriteStartArray("warnings"u8);
        foreach (var (name, vector) in idle)
        {
            json.WriteStartObject();
            json.WriteString("message"u8, $"The `hnsw_config.inline_storage` option for vector '{name}' has no effect: {(vector.IsMulti ? "multivectors are not supported" : "quantization is not enabled")}.");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Name(FieldType type) => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.ToString());

    private static void Section(Utf8JsonWriter json, string name, JsonElement defaults, JsonElement over) => Section(json, name, defaults, Members(over));

    private static void Section(Utf8JsonWriter json, string name, JsonElement defaults, IReadOnlyDictionary<string, JsonElement> over)
    {
        json.WriteStartObject(name);
        Members(json, defaults, over);
        json.WriteEndObject();
    }

    private static void Members(Utf8JsonWriter json, JsonElement defaults, IReadOnlyDictionary<string, JsonElement> over)
    {
        foreach (var (name, value) in JsonMerge.Over(Members(defaults), over))
        {
            json.WritePropertyName(name);
            Any(json, value);
        }
    }

    private static void Any(Utf8JsonWriter json, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            json.WriteNullValue();
        else
            value.WriteTo(json);
    }

    private static Dictionary<string, JsonElement> Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value) : [];

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
