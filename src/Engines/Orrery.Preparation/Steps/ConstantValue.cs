using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;

namespace Orrery.Preparation.Steps;

/// <summary>A constant in a declaration: a JSON number, text or boolean (1 and 0).</summary>
[JsonConverter(typeof(ConstantValueConverter))]
public sealed record ConstantValue
{
    private ConstantValue(double? number, string? text) => (Number, Text) = (number, text);

    /// <summary>The number; null for a text.</summary>
    public double? Number { get; }

    /// <summary>The text; null for a number.</summary>
    public string? Text { get; }

    /// <summary>A number.</summary>
    public static ConstantValue Of(double number) => new(number, null);

    /// <summary>A text.</summary>
    public static ConstantValue Of(string text) => new(null, text);

    internal string? ProblemAs(ValueKind kind) => kind switch
    {
        ValueKind.Number when Number is null || !float.IsFinite((float)Number) => $"the columns are numbers, so the value must be a "
            + $"finite 32-bit number, not {this}",
        ValueKind.Integer when Number is null || Math.Floor(Number.Value) != Number || Math.Abs(Number.Value) > 1L << 53 =>
            $"the columns are integers, so the value must be an integer of at most 53 bits, not {this}",
        ValueKind.Text when string.IsNullOrEmpty(Text) => $"the columns are text, so the value must be a non-empty text, not {this}",
        _ => null,
    };

    internal float AsNumber() => (float)Number!.Value;

    internal long AsInteger() => (long)Number!.Value;

    internal string AsText() => Text!;

    /// <summary>As in JSON.</summary>
    public override string ToString() => Text is null
        ? Number!.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)
        : $"'{Text}'";
}

internal sealed class ConstantValueConverter : JsonConverter<ConstantValue>
{
    public override ConstantValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => ConstantValue.Of(reader.GetDouble()),
        JsonTokenType.String => ConstantValue.Of(reader.GetString()!),
        JsonTokenType.True => ConstantValue.Of(1),
        JsonTokenType.False => ConstantValue.Of(0),
        var token => throw new JsonException($"A constant is a number, a text or a boolean, not {token}."),
    };

    public override void Write(Utf8JsonWriter writer, ConstantValue value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value.Text);
    }
}
