using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Platform.Http;

/// <summary>Reads a word of a query as a value of an enum, in any case; the framework's own binding wants the C# spelling.</summary>
public static class QueryWord
{
    /// <summary>The value; null where the parameter is not there.</summary>
    /// <exception cref="InvalidException">It is none of the words.</exception>
    public static TEnum? Read<TEnum>(string? text, string parameter) where TEnum : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
            return null;
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        var words = Enum.GetNames<TEnum>().Select(JsonNamingPolicy.CamelCase.ConvertName);
        throw new InvalidException($"Expected {parameter}={string.Join("|", words)}, got '{text}'.");
    }
}
