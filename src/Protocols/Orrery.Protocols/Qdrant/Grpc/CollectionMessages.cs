using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Protocols.Qdrant.Writing;
using Collections = Orrery.Search.Collections;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Translates between collections and their messages.</summary>
internal static class CollectionMessages
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>What a collection is and how it does: what REST says of it, with enums for words and maps within messages.</summary>
    public static CollectionInfo Info(Collections.ICollection collection)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
            json.Collection(collection);
        var info = JsonNode.Parse(body.WrittenSpan)!.AsObject();
        Capital(info, "status");
        info["optimizer_status"] = new JsonObject { ["ok"] = true };
        var config = info["config"]!.AsObject();
        var parameters = config["params"]!.AsObject();
        Move(parameters, "vectors", "vectors_config", vectors => vectors["size"] is not null
            ? new() { ["params"] = Vector(vectors) }
            : new JsonObject { ["params_map"] = new JsonObject { ["map"] = new JsonObject(vectors.Select(vector => KeyValuePair.Create<string, JsonNode?>(vector.Key, Vector(vector.Value!.DeepClone().AsObject())))) } });
        Move(parameters, "sparse_vectors", "sparse_vectors_config", sparse =>
        {
            foreach (var (_, vector) in sparse)
                Capital(vector!.AsObject(), "modifier");
            return new() { ["map"] = sparse };
        });
        Quantization(config);
        // What a client set is of another shape here and there; the numbers are what clients read.
        (config["optimizer_config"] as JsonObject)?.Remove("max_optimization_threads");
        config.Remove("strict_mode_config");
        config.Remove("metadata");
        parameters.Remove("sharding_method");
        parameters.Remove("payload");
        var schema = new Dictionary<string, PayloadSchemaInfo>(StringComparer.Ordinal);
        foreach (var (path, field) in info["payload_schema"]!.AsObject())
            schema[path] = new() { DataType = Enum.Parse<PayloadSchemaType>(field!["data_type"]!.GetValue<string>(), ignoreCase: true), Points = field["points"]!.GetValue<ulong>() };
        info.Remove("payload_schema");
        var message = Parser.Parse<CollectionInfo>(info.ToJsonString());
        message.PayloadSchema.Add(schema);
        foreach (var (name, value) in collection.Config.Metadata)
            message.Config.Metadata[name] = PointMessages.Write(value);
        return message;
    }

    public static Collections.CollectionConfig Config(CreateCollection request)
    {
        using var body = MessageJson.Of(request);
        return ConfigReader.Create(body.RootElement);
    }

    public static Collections.FieldSchema Field(CreateFieldIndexCollection request)
    {
        if (!request.HasFieldType)
            throw QdrantRefusal.BadRequest("field type is missing");
        var type = JsonNamingPolicy.SnakeCaseLower.ConvertName(request.FieldType.ToString());
        var parameters = request.FieldIndexParams is { IndexParamsCase: not PayloadIndexParams.IndexParamsOneofCase.None } given
            ? (IMessage)PayloadIndexParams.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(given).Accessor.GetValue(given)
            : null;
        if (parameters is null)
            return Schema(new JsonObject { ["type"] = type });
        using var body = MessageJson.Of(parameters);
        var schema = JsonObject.Create(body.RootElement.Clone())!;
        schema["type"] = type;
        return Schema(schema);
    }

    public static Collections.CollectionConfig WithVector(Collections.CollectionConfig config, CreateVectorNameRequest request)
    {
        if (config.HasVector(request.VectorName))
            throw new Kernel.InvalidException($"Vector '{request.VectorName}' already exists");
        if (request.DenseConfig is { } dense)
        {
            using var body = MessageJson.Of(dense);
            return config with { Vectors = new Dictionary<string, Collections.DenseVectorConfig>(config.Vectors, StringComparer.Ordinal) { [request.VectorName] = ConfigReader.DenseVector(body.RootElement, "dense") } };
        }

        if (request.SparseConfig is not { } sparse)
            throw QdrantRefusal.BadRequest("expected either a dense or a sparse configuration");
        using var document = MessageJson.Of(sparse);
        return config with { SparseVectors = new Dictionary<string, Collections.SparseVectorConfig>(config.SparseVectors, StringComparer.Ordinal) { [request.VectorName] = ConfigReader.SparseVector(document.RootElement) } };
    }

    public static Collections.AliasChange Alias(AliasOperations operation) => operation.ActionCase switch
    {
        AliasOperations.ActionOneofCase.CreateAlias => new(operation.CreateAlias.AliasName, operation.CreateAlias.CollectionName),
        AliasOperations.ActionOneofCase.RenameAlias => new(operation.RenameAlias.OldAliasName, RenamedTo: operation.RenameAlias.NewAliasName),
        AliasOperations.ActionOneofCase.DeleteAlias => new(operation.DeleteAlias.AliasName),
        _ => throw QdrantRefusal.BadRequest("an alias operation is empty"),
    };

    private static Collections.FieldSchema Schema(JsonObject schema) => FieldSchemaReader.Read(JsonSerializer.SerializeToElement(schema));

    private static JsonObject Vector(JsonObject vector)
    {
        var copy = vector.DeepClone().AsObject();
        Capital(copy, "datatype");
        copy.Remove("memory");
        if (copy["multivector_config"] is JsonObject)
            copy["multivector_config"] = new JsonObject { ["comparator"] = "MaxSim" };
        Quantization(copy);
        (copy["hnsw_config"] as JsonObject)?.Remove("memory");
        return copy;
    }

    // Scalar alone has words that are enums here; the others are told without them.
    private static void Quantization(JsonObject parent)
    {
        if (parent["quantization_config"] is not JsonObject quantization)
            parent.Remove("quantization_config");
        else if (quantization["scalar"] is JsonObject scalar)
            (scalar["type"], _) = ("Int8", scalar.Remove("memory"));
        else if (quantization["product"] is JsonObject product)
            product.Remove("memory");
        else
            parent["quantization_config"] = new JsonObject { ["binary"] = new JsonObject() };
    }

    private static void Move(JsonObject parent, string from, string to, Func<JsonObject, JsonObject> change)
    {
        if (parent[from] is not JsonObject there)
            return;
        parent.Remove(from);
        parent[to] = change(there);
    }

    private static void Capital(JsonObject parent, string name)
    {
        if (parent[name]?.GetValue<string>() is { Length: > 0 } word)
            parent[name] = char.ToUpperInvariant(word[0]) + word[1..];
    }
}
