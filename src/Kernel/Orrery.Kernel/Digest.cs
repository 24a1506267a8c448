using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Orrery.Kernel;

/// <summary>
/// The SHA-256 of some content, which is also its name: equal digests mean equal bytes (FIPS 180-4).
/// Written as 64 lower-case hexadecimal digits.
/// </summary>
[JsonConverter(typeof(DigestConverter))]
public readonly record struct Digest : IComparable<Digest>
{
    /// <summary>Characters in the written form.</summary>
    public const int TextLength = 64;

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>True for <c>default</c>, which names no content.</summary>
    public bool IsNone => _hex is null;

    /// <summary>The digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new(Convert.ToHexStringLower(hash));
    }

    /// <summary>The digest of the UTF-8 form of <paramref name="text"/>.</summary>
    public static Digest Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The digest of everything that remains in <paramref name="content"/>.</summary>
    public static async ValueTask<Digest> OfAsync(Stream content, CancellationToken cancellationToken) =>
        FromHash(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));

    /// <summary>Wraps a finished SHA-256 hash of 32 bytes.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new(Convert.ToHexStringLower(hash));
    }

    /// <summary>Reads 64 hexadecimal digits of either case, with or without the prefix <c>sha256:</c>.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"Expected 64 hexadecimal digits of a SHA-256, got '{text}'.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
            return false;
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        if (hex.Length != TextLength || !hex.All(char.IsAsciiHexDigit))
            return false;
        digest = new(hex.ToLowerInvariant());
        return true;
    }

    /// <summary>The first twelve digits: enough for a person to tell two versions apart.</summary>
    public string Short => IsNone ? "" : _hex![..12];

    /// <inheritdoc/>
    public int CompareTo(Digest other) => string.CompareOrdinal(_hex, other._hex);

    /// <summary>64 lower-case hexadecimal digits; empty for <c>default</c>.</summary>
    public override string ToString() => _hex ?? "";
}
