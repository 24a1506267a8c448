using System.Globalization;
using System.Text.Json;
using Orrery.Ledger.Json;

namespace Orrery.Ledger.Resources;

/// <summary>What differs between two specs, place by place. Items of lists are compared by position.</summary>
internal static class SpecDiff
{
    public static IReadOnlyList<SpecDifference> Of(JsonElement? before, JsonElement after)
    {
        var found = new List<SpecDifference>();
        Compare(before, after, "", found);
        return found;
    }

    private static void Compare(JsonElement? before, JsonElement? after, string path, List<SpecDifference> found)
    {
        if (before is { ValueKind: JsonValueKind.Object } oldMap && after is { ValueKind: JsonValueKind.Object } newMap)
        {
            var names = oldMap.EnumerateObject().Select(m => m.Name).Union(newMap.EnumerateObject().Select(m => m.Name));
            foreach (var name in names)
                Compare(Member(oldMap, name), Member(newMap, name), JsonPath.Below(path, name), found);
        }
        else if (before is { ValueKind: JsonValueKind.Array } oldList && after is { ValueKind: JsonValueKind.Array } newList)
        {
            for (var i = 0; i < Math.Max(oldList.GetArrayLength(), newList.GetArrayLength()); i++)
                Compare(Item(oldList, i), Item(newList, i), JsonPath.Below(path, i.ToString(CultureInfo.InvariantCulture)), found);
        }
        else if (Text(before) is var was && Text(after) is var now && was != now)
            found.Add(new(path, was, now));
    }

    private static JsonElement? Member(JsonElement map, string name) => map.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Item(JsonElement list, int index) => index < list.GetArrayLength() ? list[index] : null;

    private static string? Text(JsonElement? value) => value is { } present ? CanonicalJson.Text(present) : null;
}
