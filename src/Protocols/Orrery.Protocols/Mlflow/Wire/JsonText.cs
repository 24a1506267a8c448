using System.Globalization;
using System.Text.Unicode;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Whether the texts in JSON can be read: the parser takes half a surrogate pair and bytes that are no UTF-8, and who asks for the text then gets an exception.</summary>
internal static class JsonText
{
    /// <summary>What is wrong and where, in JSON that has been parsed; null where nothing is.</summary>
    public static string? Flaw(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "it is not UTF-8.";
        var high = -1; // where a first half stands that waits for its second
        for (var at = 0; at < json.Length;)
        {
            var next = json[at..].IndexOf((byte)'\\');
            if (high >= 0 && next != 0)
                return Half(high);
            if (next < 0)
                return null;
            at += next;
            if (json[at + 1] != 'u')
            {
                if (high >= 0)
                    return Half(high);
                at += 2;
                continue;
            }

            var unit = ushort.Parse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture); // four digits: it has been parsed
            if (char.IsLowSurrogate((char)unit) != high >= 0)
                return Half(high >= 0 ? high : at);
            high = char.IsHighSurrogate((char)unit) ? at : -1;
            at += 6;
        }

        return high >= 0 ? Half(high) : null;
    }

    private static string Half(int at) => string.Create(CultureInfo.InvariantCulture, $"at byte {at} stands half of a surrogate pair.");
}
