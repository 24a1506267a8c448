using System.Text.Json;
using Orrery.Tests;

namespace Orrery.Monitoring.Tests;

/// <summary>What golden.py computed with NumPy, SciPy and scikit-learn.</summary>
internal static class Golden
{
    public static JsonElement Read(string part) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Repository.Path("tests/Modules/Monitoring/golden.json"))).GetProperty(part);

    public static double Number(this JsonElement golden, string name) => golden.GetProperty(name).GetDouble();

    /// <summary>Numbers; null is NaN.</summary>
    public static double[] Numbers(this JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Null ? double.NaN : e.GetDouble())];

    public static long[] Counts(this JsonElement golden, string name) => [.. golden.GetProperty(name).EnumerateArray().Select(e => e.GetInt64())];

    public static string[] Texts(this JsonElement golden, string name) => [.. golden.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];
}
