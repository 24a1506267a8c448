using System.Globalization;
using System.Text.Json.Serialization;

namespace Orrery.Kernel;

/// <summary>
/// Points at one version of an asset the way that people write it: <c>model/flights@champion</c> (an alias),
/// <c>dataset/flights:3</c> (a number), <c>dataset/flights</c> (the latest).
/// </summary>
/// <param name="Kind">What the asset is.</param>
/// <param name="Name">Its name: 1 to 256 characters, none of <c>/ @ :</c>, no control characters.</param>
/// <param name="Number">The version's number from 1 on, if it is named by number.</param>
/// <param name="Alias">The alias, if it is named by alias.</param>
[JsonConverter(typeof(AssetRefConverter))]
public sealed record AssetRef(AssetKind Kind, string Name, int? Number = null, string? Alias = null)
{
    /// <summary>The longest allowed name of an asset or alias.</summary>
    public const int MaxNameLength = 256;

    /// <summary>True where neither number nor alias is given.</summary>
    public bool IsLatest => Number is null && Alias is null;

    /// <summary>Reads the written form.</summary>
    /// <exception cref="FormatException">It has another shape.</exception>
    public static AssetRef Parse(string text) => TryParse(text, out var reference)
        ? reference
        : throw new FormatException($"Expected KIND/NAME, KIND/NAME@ALIAS or KIND/NAME:NUMBER, such as 'model/flights@champion'; got '{text}'.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AssetRef? reference)
    {
        reference = null;
        var slash = text?.IndexOf('/') ?? -1;
        if (slash < 1 || !AssetKind.TryParse(text![..slash], out var kind))
            return false;
        var rest = text[(slash + 1)..];
        int? number = null;
        string? alias = null;
        if (rest.IndexOf('@') is >= 0 and var at)
        {
            alias = rest[(at + 1)..];
            rest = rest[..at];
            if (alias == "latest")
                alias = null;
            else if (!IsName(alias))
                return false;
        }
        else if (rest.IndexOf(':') is >= 0 and var colon)
        {
            if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || parsed < 1)
                return false;
            number = parsed;
            rest = rest[..colon];
        }

        if (!IsName(rest))
            return false;
        reference = new(kind, rest, number, alias);
        return true;
    }

    /// <summary>Whether <paramref name="text"/> may name an asset, an alias or a workspace.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxNameLength } && text == text.Trim() && !text.Any(c => c is '/' or '@' or ':' || char.IsControl(c)) && text is not ("." or "..");

    /// <summary>The written form.</summary>
    public override string ToString() => (Number, Alias) switch
    {
        ({ } number, _) => string.Create(CultureInfo.InvariantCulture, $"{Kind}/{Name}:{number}"),
        (_, { } alias) => $"{Kind}/{Name}@{alias}",
        _ => $"{Kind}/{Name}",
    };
}
