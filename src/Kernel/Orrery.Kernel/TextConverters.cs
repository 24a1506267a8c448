using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Kernel;

/// <summary>Writes a value to JSON in its text form, and refuses any other text with a message that says what was expected.</summary>
internal abstract class TextConverter<T> : JsonConverter<T>
{
    protected abstract string Expected { get; }

    protected abstract bool TryParse(string? text, out T value);

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"Expected {Expected}.");
        var text = reader.GetString();
        return TryParse(text, out var value) ? value : throw new JsonException($"Expected {Expected}, got '{text}'.");
    }

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
}

internal sealed class AssetKindConverter : TextConverter<AssetKind>
{
    protected override string Expected => "a kind such as 'dataset' or 'FeatureView'";

    protected override bool TryParse(string? text, out AssetKind value) => AssetKind.TryParse(text, out value);
}

internal sealed class AssetRefConverter : TextConverter<AssetRef>
{
    protected override string Expected => "KIND/NAME, KIND/NAME@ALIAS or KIND/NAME:NUMBER";

    protected override bool TryParse(string? text, out AssetRef value) => AssetRef.TryParse(text, out value!);
}

internal sealed class DigestConverter : TextConverter<Digest>
{
    protected override string Expected => "64 hexadecimal digits of a SHA-256";

    protected override bool TryParse(string? text, out Digest value) => Digest.TryParse(text, out value);
}

internal sealed class AssetIdConverter : TextConverter<AssetId>
{
    protected override string Expected => "an asset's id of 32 hexadecimal digits";

    protected override bool TryParse(string? text, out AssetId value) => AssetId.TryParse(text, out value);
}

internal sealed class VersionIdConverter : TextConverter<VersionId>
{
    protected override string Expected => "a version's id of 32 hexadecimal digits";

    protected override bool TryParse(string? text, out VersionId value) => VersionId.TryParse(text, out value);
}

internal sealed class RunIdConverter : TextConverter<RunId>
{
    protected override string Expected => "a run's id of 32 hexadecimal digits";

    protected override bool TryParse(string? text, out RunId value) => RunId.TryParse(text, out value);
}
