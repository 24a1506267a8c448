using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Tuning.Spaces;

/// <summary>The value of a parameter: a number, or the name of a choice. In JSON a bare number or string.</summary>
[JsonConverter(typeof(ParameterValueJsonConverter))]
public readonly record struct ParameterValue
{
    private readonly double _number;
    private readonly string? _choice;

    /// <summary>A number.</summary>
    public ParameterValue(double number) => _number = number;

    /// <summary>A choice.</summary>
    public ParameterValue(string choice) => _choice = choice ?? throw new ArgumentNullException(nameof(choice));

    /// <summary>Whether it is a choice.</summary>
    public bool IsChoice => _choice is not null;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is a choice.</exception>
    public double Number => _choice is null ? _number : throw new InvalidOperationException($"'{_choice}' is a choice, not a number.");

    /// <summary>The number of an integer parameter.</summary>
    /// <exception cref="InvalidOperationException">It is not whole.</exception>
    public long Integer => Number == Math.Floor(Number) ? (long)Number : throw new InvalidOperationException($"{this} is not a whole number.");

    /// <summary>The choice.</summary>
    /// <exception cref="InvalidOperationException">It is a number.</exception>
    public string Choice => _choice ?? throw new InvalidOperationException($"{this} is a number, not a choice.");

    /// <summary>A number as a value.</summary>
    public static implicit operator ParameterValue(double number) => new(number);

    /// <summary>A choice as a value.</summary>
    public static implicit operator ParameterValue(string choice) => new(choice);

    /// <inheritdoc/>
    public override string ToString() => _choice ?? _number.ToString("R", CultureInfo.InvariantCulture);
}

internal sealed class ParameterValueJsonConverter : JsonConverter<ParameterValue>
{
    public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new ParameterValue(reader.GetDouble()),
        JsonTokenType.String => new ParameterValue(reader.GetString()!),
        _ => throw new JsonException($"A parameter's value is a number or a string; got {reader.TokenType}."),
    };

    public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options)
    {
        if (value.IsChoice)
            writer.WriteStringValue(value.Choice);
        else
            writer.WriteNumberValue(value.Number);
    }
}
