using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Preparation.Graph;

/// <summary>Enums are written as their camel-case names, whatever options the caller's serializer has, and never as numbers.</summary>
internal sealed class CamelCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where TEnum : struct, Enum;
