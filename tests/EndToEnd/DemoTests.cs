using System.Text.Json;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests;

/// <summary>The whole loop, told fast, and told again.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_tells_its_story_and_goes_on_from_what_exists()
    {
        using var folder = new TempFolder();
        var (code, output, errors) = await OrreryProcess.RunAsync(folder, "demo", "--fast", "--exit", "--port", "0", "--json", "facts.json");
        Assert.True(code == 0, output + errors);
        using var facts = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "facts.json")));
        var steps = facts.RootElement.GetProperty("steps").EnumerateArray().ToDictionary(step => step.GetProperty("name").GetString()!);
        Assert.Equal(["ingest", "validate", "features", "train", "register", "serve", "live", "heal", "explain"], steps.Keys);
        Assert.All(steps.Values, step => Assert.True(step.GetProperty("ok").GetBoolean()));

        Assert.Equal(55, steps["validate"].GetProperty("quarantined").GetInt64());
        Assert.Equal(0, steps["serve"].GetProperty("differentBits").GetInt64());
        Assert.Equal(1_000, steps["serve"].GetProperty("comparedRows").GetInt64());
        Assert.InRange(steps["train"].GetProperty("auc").GetDouble(), 0.6, 0.9);

        var again = await OrreryProcess.RunAsync(folder, "demo", "--fast", "--exit", "--port", "0", "--json", "again.json");
        Assert.True(again.ExitCode == 0, again.Output + again.Errors);
        Assert.Contains("already", again.Output);
    }
}
