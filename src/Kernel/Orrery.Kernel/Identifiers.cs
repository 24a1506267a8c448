using System.Text.Json.Serialization;

namespace Orrery.Kernel;

/// <summary>Names one <em>asset</em> for ever, whatever it is renamed to. Written as 32 hexadecimal digits.</summary>
[JsonConverter(typeof(AssetIdConverter))]
public readonly record struct AssetId(Guid Value)
{
    /// <summary>A new id that sorts by <paramref name="now"/> (UUID version 7, RFC 9562 section 5.7).</summary>
    public static AssetId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out AssetId id)
    {
        var ok = Guid.TryParse(text, out var value);
        id = new(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>Names one immutable version of an asset. Written as 32 hexadecimal digits.</summary>
[JsonConverter(typeof(VersionIdConverter))]
public readonly record struct VersionId(Guid Value)
{
    /// <summary>A new id that sorts by <paramref name="now"/> (UUID version 7).</summary>
    public static VersionId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out VersionId id)
    {
        var ok = Guid.TryParse(text, out var value);
        id = new(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>Names one run. Written as 32 hexadecimal digits, the shape that tracking clients expect.</summary>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId(Guid Value)
{
    /// <summary>A new id that sorts by <paramref name="now"/> (UUID version 7).</summary>
    public static RunId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out RunId id)
    {
        var ok = Guid.TryParse(text, out var value);
        id = new(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
