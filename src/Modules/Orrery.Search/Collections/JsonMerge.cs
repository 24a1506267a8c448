using System.Text.Json;

namespace Orrery.Search.Collections;

/// <summary>Settings that a client sets in parts.</summary>
public static class JsonMerge
{
    /// <summary>The settings with those of <paramref name="over"/> in their place.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Over(IReadOnlyDictionary<string, JsonElement> settings, IReadOnlyDictionary<string, JsonElement> over)
    {
        var merged = new Dictionary<string, JsonElement>(settings);
        foreach (var (name, value) in over)
            merged[name] = value;
        return merged;
    }
}
