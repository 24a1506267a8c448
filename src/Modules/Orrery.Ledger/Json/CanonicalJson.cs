using System.Globalization;
using System.Text;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Ledger.Json;

/// <summary>
/// One spelling for every JSON value, so that equal content has equal digests: the JSON Canonicalization Scheme (RFC 8785), which sorts members
/// by UTF-16 code units, drops white space and writes numbers as ECMAScript does. It leaves the RFC in one point: an integer that fits 64 bits
/// keeps all its digits, where the RFC would round beyond 2^53. Members that are null are left out, since a spec that says null says nothing.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical UTF-8 form.</summary>
    /// <exception cref="InvalidException">A member is there twice, a number is out of the range of a double, or a text is half of a surrogate pair.</exception>
    public static byte[] Write(JsonElement value) => Encoding.UTF8.GetBytes(Text(value));

    /// <summary>The canonical form as text.</summary>
    public static string Text(JsonElement value)
    {
        var output = new StringBuilder();
        Append(output, value);
        return output.ToString();
    }

    private static void Append(StringBuilder output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendObject(output, value);
                break;
            case JsonValueKind.Array:
                var separator = '[';
                foreach (var item in value.EnumerateArray())
                {
                    output.Append(separator);
                    separator = ',';
                    Append(output, item);
                }

                output.Append(separator == '[' ? "[]" : "]");
                break;
            case JsonValueKind.String:
                AppendText(output, TextOf(value));
                break;
            case JsonValueKind.Number:
                output.Append(Number(value));
                break;
            default:
                output.Append(value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void AppendObject(StringBuilder output, JsonElement value)
    {
        var separator = '{';
        string? before = null;
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if (member.Name == before)
                throw new InvalidException($"The member '{member.Name}' is there twice; which one is meant?");
            before = member.Name;
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            output.Append(separator);
            separator = ',';
            AppendText(output, member.Name);
            output.Append(':');
            Append(output, member.Value);
        }

        output.Append(separator == '{' ? "{}" : "}");
    }

    // Only what JSON must escape, with the short escapes (RFC 8785, section 3.2.2.2).
    private static void AppendText(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\b' => output.Append("\\b"),
                '\t' => output.Append("\\t"),
                '\n' => output.Append("\\n"),
                '\f' => output.Append("\\f"),
                '\r' => output.Append("\\r"),
                < ' ' => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => output.Append(c),
            };
        }

        output.Append('"');
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error) // an escape that is half of a surrogate pair
        {
            throw new InvalidException($"The text {value.GetRawText()} is not Unicode.", error);
        }
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
