using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads what a field's values are matched with.</summary>
internal static class MatchReader
{
    public static FieldTest Read(JsonElement match)
    {
        if (match.Member("value") is { } value)
            return new MatchValue(Scalar(value));
        if (match.Member("text") is { } text)
            return new MatchText(text.Text("text"), TextMatch.All);
        if (match.Member("text_any") is { } any)
            return new MatchText(any.Text("text_any"), TextMatch.Any);
        if (match.Member("phrase") is { } phrase)
            return new MatchText(phrase.Text("phrase"), TextMatch.Phrase);
        if (match.Member("prefix") is { } prefix)
            return new MatchPrefix(prefix.Text("prefix"));
        if (match.Member("any") is { } values)
            return new MatchAny(Scalars(values, "any"));
        if (match.Member("except") is { } others)
            return new MatchExcept(Scalars(others, "except"));
        throw QdrantRefusal.Format("data did not match any variant of untagged enum Match: expected `value`, `text`, `text_any`, `phrase`, `prefix`, `any` or `except`");
    }

    private static HashSet<Scalar> Scalars(JsonElement values, string name)
    {
        var scalars = values.Items(name).Select(Scalar).ToHashSet();
        return scalars.Select(scalar => scalar.Kind).Distinct().Count() <= 1 && scalars.All(scalar => scalar.Kind != ScalarKind.Boolean)
            ? scalars
            : throw QdrantRefusal.Format($"data did not match any variant of untagged enum AnyVariants: `{name}` holds strings or whole numbers, not both");
    }

    private static Scalar Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Search.Filters.Scalar.Of(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => Search.Filters.Scalar.Of(value.GetBoolean()),
        JsonValueKind.Number when value.TryGetInt64(out var number) => Search.Filters.Scalar.Of(number),
        _ => throw QdrantRefusal.Format($"data did not match any variant of untagged enum ValueVariants: expected a string, a whole number or a boolean, got {JsonRead.Shown(value)}"),
    };
}
