using System.Text.Json;
using Orrery.Tests;
using Xunit;

namespace Orrery.Engines.Tests;

/// <summary>Values that a committed script made with the reference implementation; the script lies beside them.</summary>
internal static class Golden
{
    public static JsonElement Load(string room, string file)
    {
        using var stream = File.OpenRead(Repository.Path($"tests/Engines/{room}/golden/{file}"));
        return JsonDocument.Parse(stream).RootElement;
    }

    public static double[] Doubles(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];

    public static long[] Counts(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetInt64())];

    public static bool[] Booleans(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetBoolean())];

    public static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static bool Has(this JsonElement element, string name) => element.GetProperty(name).ValueKind != JsonValueKind.Null;

    /// <summary>Equal to a relative tolerance (absolute below 1e-290, where doubles lose digits).</summary>
    public static void Same(double expected, double actual, double tolerance, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), 1e-290),
            FormattableString.Invariant($"{what}: expected {expected:R}, got {actual:R}"));
}
