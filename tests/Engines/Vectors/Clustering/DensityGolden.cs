using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Clustering;

/// <summary>What scikit-learn found in sets of vectors, and how that is compared.</summary>
internal static class DensityGolden
{
    private static readonly JsonElement Root = Golden.Load("Vectors", "vectors.json");

    public static IEnumerable<JsonElement> Cases(string algorithm) => Root.GetProperty(algorithm).EnumerateArray();

    public static (float[] Values, int Dimension) Set(JsonElement golden)
    {
        var set = Root.GetProperty("Sets").GetProperty(golden.GetProperty("Set").GetString()!);
        return ([.. set.GetProperty("Values").EnumerateArray().Select(value => value.GetSingle())], set.GetProperty("Dimension").GetInt32());
    }

    public static Metric Metric(JsonElement golden) => Enum.Parse<Metric>(golden.GetProperty("Metric").GetString()!, ignoreCase: true);

    /// <summary>The same vectors together and the same ones nowhere, whatever the numbers of clusters.</summary>
    public static void Same(JsonElement golden, Clustered found)
    {
        int[] expected = [.. golden.GetProperty("Labels").EnumerateArray().Select(label => label.GetInt32())];
        var undecided = golden.TryGetProperty("Undecided", out var ties) ? ties.EnumerateArray().Select(i => i.GetInt32()).ToHashSet() : [];
        Assert.True(undecided.Count <= expected.Length / 7);
        var names = new Dictionary<int, int> { [Clustered.Noise] = Clustered.Noise };
        foreach (var i in Enumerable.Range(0, expected.Length).Except(undecided))
        {
            names.TryAdd(expected[i], found.Labels[i]);
            Assert.True(names[expected[i]] == found.Labels[i], $"{golden.GetProperty("Set")}, vector {i}: expected to be with those of {expected[i]}, is in {found.Labels[i]}");
        }

        Assert.Equal(names.Count, names.Values.Distinct().Count());
        Assert.Equal(names.Count - 1, found.Clusters);
    }
}
