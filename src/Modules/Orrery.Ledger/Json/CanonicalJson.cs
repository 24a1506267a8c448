using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Ledger.Json;

/// <summary>
/// One spelling for every JSON value, so that equal content has equal digests: the JSON Canonicalization Scheme (RFC 8785), which sorts members
/// by UTF-16 code units, drops white space and writes numbers as ECMAScript does. It leaves the RFC in one point: an integer that fits 64 bits
/// keeps all its digits, where the RFC would round beyond 2^53. Members that are null are left out, since a spec that says null says nothing.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the RFC escapes only what JSON must; nothing here goes into HTML
        SkipValidation = true,
    };

    /// <summary>The canonical UTF-8 form.</summary>
    /// <exception cref="InvalidException">A member is there twice, or a number is out of the range of a double.</exception>
    public static byte[] Write(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The canonical form as text.</summary>
    public static string Text(JsonElement value) => Encoding.UTF8.GetString(Write(value));

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value), skipInputValidation: true);
                break;
            case JsonValueKind.Undefined:
                writer.WriteNullValue();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(value.GetString());
                break;
            default: // true, false, null
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        writer.WriteStartObject();
        string? before = null;
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if (member.Name == before)
                throw new InvalidException($"The member '{member.Name}' is there twice; which one is meant?");
            before = member.Name;
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value);
        }

        writer.WriteEndObject();
    }

    private static string Number(JsonElement value)
    {
        if (value.TryGetInt64(out var integer))
            return integer.ToString(CultureInfo.InvariantCulture);
        var number = value.GetDouble();
        return double.IsFinite(number)
            ? EcmaScript(number)
            : throw new InvalidException($"The number {value.GetRawText()} is beyond the range of a 64-bit float; write it as text.");
    }

    /// <summary>Number::toString of ECMA-262 (section 6.1.6.1.20), from the shortest digits that read back to the same double.</summary>
    internal static string EcmaScript(double value)
    {
        if (value == 0)
            return "0";
        var sign = value < 0 ? "-" : "";
        var (digits, n) = Shortest(Math.Abs(value)); // value = 0.digits × 10^n
        var k = digits.Length;
        return sign + n switch
        {
            > 21 => Exponent(digits, n - 1),
            > 0 when k <= n => digits.PadRight(n, '0'),
            > 0 => $"{digits[..n]}.{digits[n..]}",
            > -6 => $"0.{new string('0', -n)}{digits}",
            _ => Exponent(digits, n - 1),
        };
    }

    private static (string Digits, int Exponent) Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture); // "0.00012", "123.4", "1.5E-07"
        var exponent = 0;
        if (text.IndexOf('E') is >= 0 and var e)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf('.') is >= 0 and var p ? p : text.Length;
        var all = text.Replace(".", "", StringComparison.Ordinal);
        var significant = all.TrimStart('0');
        return (significant.TrimEnd('0'), point - (all.Length - significant.Length) + exponent);
    }

    private static string Exponent(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[..1]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
    }
}
