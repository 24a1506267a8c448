using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orrery.Ledger.Json;

namespace Orrery.Ledger;

/// <summary>
/// How manifests, specs and the native API are written: camelCase, enums as camelCase words, nulls left out, NaN and infinities by name,
/// durations as <c>1h30m</c>.
/// </summary>
public static class LedgerJson
{
    /// <summary>The shared options; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Sets the same conventions on a host's options.</summary>
    public static void CopyTo(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.RespectNullableAnnotations = true;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireWhatCannotBeNull } };
        options.AllowOutOfOrderMetadataProperties = true; // a person writes 'type' where it reads best
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new DurationConverter());
    }

    // A constructor's parameter without a default must be there, unless it may be null: nulls are left out when written, so the serializer's own
    // RespectRequiredConstructorParameters would not read back what it wrote.
    private static void RequireWhatCannotBeNull(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        foreach (var property in type.Properties)
        {
            if (property is { AssociatedParameter.HasDefaultValue: false, IsSetNullable: false, Set: not null })
                property.IsRequired = true;
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        CopyTo(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
