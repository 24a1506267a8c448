using System.Buffers;
using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Orrery.Protocols.Qdrant.Messages;
using FieldType = Google.Protobuf.Reflection.FieldType;
using Value = Orrery.Protocols.Qdrant.Messages.Value;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>
/// Says a gRPC request as the body that REST would have: both have the same members under the same names but for those below, so there is one reader, and one meaning, of a request.
/// Vectors by the thousand go past it (<see cref="PointMessages"/>).
/// </summary>
internal static class MessageJson
{
    // What REST has in its path or query, and what means nothing on one node.
    private static readonly HashSet<string> Left = ["collection_name", "wait", "ordering", "shard_key_selector", "timeout", "read_consistency", "vectors_count"];

    // Lists that REST wants even when they are empty.
    private static readonly HashSet<string> Wanted = ["ids", "points", "keys", "actions"];

    public static JsonDocument Of(IMessage message)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { MaxDepth = QdrantCall.MaxDepth + 64 }))
            Object(json, message);
        return QdrantCall.Document(body.WrittenMemory);
    }

    public static byte[] Payload(IEnumerable<KeyValuePair<string, Value>> payload)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true }))
            Fields(json, payload);
        return body.WrittenSpan.ToArray();
    }

    private static void Object(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        Members(json, message);
        json.WriteEndObject();
    }

    private static void Members(Utf8JsonWriter json, IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (Left.Contains(field.Name) && message is not LookupLocation)
                continue;
            var value = field.Accessor.GetValue(message);
            if (value is IDictionary map)
                Map(json, message, field, map);
            else if (value is IList list)
                List(json, message, field, list);
            else if (field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(value))
                Member(json, message, field, value);
        }
    }

    private static void Member(Utf8JsonWriter json, IMessage message, FieldDescriptor field, object value)
    {
        switch (value)
        {
            // What stands inside of these stands in REST where they are.
            case PointsSelector selector:
                Selector(json, selector);
                return;
            case NearestInputWithMmr or Formula:
                Members(json, (IMessage)value);
                return;
            case VectorsConfig or VectorsConfigDiff or SparseVectorConfig:
                json.WritePropertyName(field.Name.Replace("_config", "", StringComparison.Ordinal));
                break;
            default:
                json.WritePropertyName(Name(message, field));
                break;
        }

        Any(json, field, value);
    }

    private static string Name(IMessage message, FieldDescriptor field) => (message, field.Name) switch
    {
        (PointStruct or PointVectors, "vectors") or (DeletePointVectors, "vectors") or (LookupLocation, "vector_name") => "vector",
        (LookupLocation, "collection_name") => "collection",
        (FieldCondition, "datetime_range") => "range",
        (Formula, "expression") => "formula",
        (WithPayloadSelector, _) => field.Name,
        _ => field.Name,
    };

    private static void Map(Utf8JsonWriter json, IMessage message, FieldDescriptor field, IDictionary map)
    {
        if (map.Count == 0 && field.Name != "payload")
            return;
        json.WriteStartObject(Name(message, field));
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName((string)entry.Key);
            Any(json, null, entry.Value!);
        }

        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, IMessage message, FieldDescriptor field, IList list)
    {
        if (list.Count == 0 && !Wanted.Contains(field.Name))
            return;
        json.WritePropertyName(Name(message, field));
        Items(json, field, list);
    }

    private static void Items(Utf8JsonWriter json, FieldDescriptor? field, IEnumerable items)
    {
        json.WriteStartArray();
        foreach (var item in items)
            Any(json, field, item);
        json.WriteEndArray();
    }

    private static void Any(Utf8JsonWriter json, FieldDescriptor? field, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case float number:
                Number(json, number);
                break;
            case double number:
                Number(json, number);
                break;
            case ulong or uint:
                json.WriteNumberValue(Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case long or int when field?.FieldType != FieldType.Enum:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case System.Enum:
                json.WriteStringValue(Word(field!, (int)value));
                break;
            case IMessage message:
                Message(json, message);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a value that a message can hold.");
        }
    }

    private static void Message(Utf8JsonWriter json, IMessage message)
    {
        switch (message)
        {
            case PointId id:
                Id(json, id);
                break;
            case Value value:
                Any(json, value);
                break;
            case Timestamp time:
                json.WriteStringValue(time.ToDateTime());
                break;
            case Condition { Field: { } condition }:
                Object(json, condition);
                break;
            case Condition { Filter: { } filter }:
                Object(json, filter);
                break;
            case HasIdCondition has:
                Items(json, null, has.HasId);
                break;
            case HasVectorCondition has:
                json.WriteStringValue(has.HasVector);
                break;
            case Match match:
                Matched(json, match);
                break;
            case DenseVector dense:
                Items(json, null, dense.Data);
                break;
            case MultiDenseVector multi:
                Items(json, null, multi.Vectors);
                break;
            case Vector { VectorCase: Vector.VectorOneofCase.None } old:
                Items(json, null, old.Data);
                break;
            case Vector { Indices: { } } or Vector or VectorInput or VectorExample or TargetVector or StartFrom or VectorsConfig or VectorsConfigDiff or Vectors or MaxOptimizationThreads or BinaryQuantizationQueryEncoding:
                Chosen(json, message);
                break;
            case NamedVectors named:
                Fields(json, named.Vectors);
                break;
            case VectorParamsMap map:
                Fields(json, map.Map);
                break;
            case VectorParamsDiffMap map:
                Fields(json, map.Map);
                break;
            case SparseVectorConfig map:
                Fields(json, map.Map);
                break;
            case ContextInput context:
                Items(json, null, context.Pairs);
                break;
            case MultExpression product:
                Items(json, null, product.Mult);
                break;
            case SumExpression sum:
                Items(json, null, sum.Sum);
                break;
            case Expression { VariantCase: Expression.VariantOneofCase.Constant or Expression.VariantOneofCase.Variable or Expression.VariantOneofCase.Condition }:
                Chosen(json, message);
                break;
            case WithPayloadSelector { SelectorOptionsCase: WithPayloadSelector.SelectorOptionsOneofCase.Enable } all:
                json.WriteBooleanValue(all.Enable);
                break;
            case PayloadIncludeSelector include:
                Items(json, null, include.Fields);
                break;
            case PayloadExcludeSelector exclude:
                Items(json, null, exclude.Fields);
                break;
            case WithVectorsSelector { SelectorOptionsCase: WithVectorsSelector.SelectorOptionsOneofCase.Enable } all:
                json.WriteBooleanValue(all.Enable);
                break;
            case WithVectorsSelector { Include: { } include }:
                Items(json, null, include.Names);
                break;
            case VectorsSelector selector:
                Items(json, null, selector.Names);
                break;
            case QuantizationConfigDiff { Disabled: { } }:
                json.WriteStringValue("Disabled");
                break;
            case StemmingAlgorithm stemmer:
                json.WriteStartObject();
                json.WriteString("type"u8, stemmer.Snowball is null ? "disabled" : "snowball");
                if (stemmer.Snowball is { } snowball)
                    json.WriteString("language"u8, snowball.Language);
                json.WriteEndObject();
                break;
            default:
                Object(json, message);
                break;
        }
    }

    // The one member that is there, without its name.
    private static void Chosen(Utf8JsonWriter json, IMessage message)
    {
        if (message.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(message) is { } field)
            Any(json, field, field.Accessor.GetValue(message));
        else
            json.WriteNullValue();
    }

    private static void Matched(Utf8JsonWriter json, Match match)
    {
        json.WriteStartObject();
        var field = Match.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(match);
        json.WritePropertyName(match.MatchValueCase switch
        {
            Match.MatchValueOneofCase.Keyword or Match.MatchValueOneofCase.Integer or Match.MatchValueOneofCase.Boolean => "value",
            Match.MatchValueOneofCase.Keywords or Match.MatchValueOneofCase.Integers => "any",
            Match.MatchValueOneofCase.ExceptIntegers or Match.MatchValueOneofCase.ExceptKeywords => "except",
            _ => field?.Name ?? "value",
        });
        switch (field?.Accessor.GetValue(match))
        {
            case RepeatedStrings strings:
                Items(json, null, strings.Strings);
                break;
            case RepeatedIntegers integers:
                Items(json, null, integers.Integers);
                break;
            case { } value:
                Any(json, field, value);
                break;
            default:
                json.WriteNullValue();
                break;
        }

        json.WriteEndObject();
    }

    private static void Selector(Utf8JsonWriter json, PointsSelector selector)
    {
        if (selector.Points is { } points)
        {
            json.WritePropertyName("points");
            Items(json, null, points.Ids);
        }
        else if (selector.Filter is { } filter)
        {
            json.WritePropertyName("filter");
            Object(json, filter);
        }
    }

    private static void Id(Utf8JsonWriter json, PointId id)
    {
        if (id.PointIdOptionsCase == PointId.PointIdOptionsOneofCase.Uuid)
            json.WriteStringValue(id.Uuid);
        else
            json.WriteNumberValue(id.Num);
    }

    private static void Fields<T>(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, T>> fields) where T : IMessage
    {
        json.WriteStartObject();
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            Message(json, value);
        }

        json.WriteEndObject();
    }

    private static void Any(Utf8JsonWriter json, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.DoubleValue:
                Number(json, value.DoubleValue);
                break;
            case Value.KindOneofCase.IntegerValue:
                json.WriteNumberValue(value.IntegerValue);
                break;
            case Value.KindOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.StructValue:
                Fields(json, value.StructValue.Fields);
                break;
            case Value.KindOneofCase.ListValue:
                Items(json, null, value.ListValue.Values);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void Number(Utf8JsonWriter json, double number)
    {
        if (!double.IsFinite(number))
            throw QdrantRefusal.BadRequest("Expected finite numbers; one of them is not");
        json.WriteNumberValue(number);
    }

    private static void Number(Utf8JsonWriter json, float number)
    {
        if (!float.IsFinite(number))
            throw QdrantRefusal.BadRequest("Expected finite numbers; one of them is not");
        json.WriteNumberValue(number);
    }

    // RecommendStrategy.AverageVector is "average_vector".
    private static string Word(FieldDescriptor field, int value)
    {
        var name = field.EnumType.FindValueByNumber(value)?.Name ?? throw QdrantRefusal.BadRequest($"unknown variant {value} for `{field.Name}`");
        return name.All(char.IsUpper) ? name.ToLowerInvariant() : JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
    }

    private static bool IsDefault(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        bool truth => !truth,
        System.Enum => false,
        IMessage => false,
        _ => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) == 0,
    };
}
