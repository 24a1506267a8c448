using System.Text.Json;
using Microsoft.Extensions.Options;
using Orrery.Data.Steps;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Blobs;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Steps;

public sealed class StepTests
{
    [Fact]
    public async Task An_uploaded_file_is_ingested_validated_and_profiled_by_steps()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  columns: {a: {type: int64}}\n");
        await platform.ApplyAsync("kind: ExpectationSuite\nname: suite\nspec: {dataset: d, expectations: [{column: a, between: [0, 5]}]}\n");
        var good = await platform.Blobs.PutAsync("a\n1\n2\n"u8.ToArray());
        var bad = await platform.Blobs.PutAsync("a\n9\n"u8.ToArray());

        var first = await RunAsync(platform, "ingest", $$"""{"source": "s", "upload": "{{good.Digest}}"}""");
        var version = await platform.Get<IAssets>().GetAsync(DataTest.Ada, first.Outputs["dataset"]);
        var again = await RunAsync(platform, "ingest", $$"""{"source": "s", "upload": "{{good.Digest}}"}""");
        var valid = await RunAsync(platform, "validate", """{"suite": "suite"}""", version);
        var profile = await RunAsync(platform, "profile", """{"dataset": "d"}""");
        await RunAsync(platform, "ingest", $$"""{"source": "s", "upload": "{{bad.Digest}}"}""");

        Assert.Equal(version.Id, again.Outputs["dataset"]);
        Assert.Equal("alreadyIngested", again.Facts["outcome"].GetString());
        Assert.Equal((1, 0), (valid.Facts["met"].GetInt32(), valid.Facts["broken"].GetInt32()));
        Assert.Equal(2, profile.Facts["rows"].GetInt64());
        var error = await Assert.ThrowsAsync<PreconditionFailedException>(() => RunAsync(platform, "validate", """{"suite": "suite", "dataset": "dataset/d:2"}"""));
        Assert.Contains("a lies in [0, 5]", error.Message);
    }

    [Fact]
    public async Task A_refused_file_fails_the_step_with_the_lines()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  columns: {a: {type: int64}}\n");
        var bad = await platform.Blobs.PutAsync("a\nx\n1\n"u8.ToArray());

        var error = await Assert.ThrowsAsync<InvalidException>(() => RunAsync(platform, "ingest", $$"""{"source": "s", "upload": "{{bad.Digest}}"}"""));

        Assert.Contains("1 of 2 rows", error.Message);
        Assert.Equal("A value of type int64 was expected.", error.Errors["line 2, a"]);
    }

    [Theory]
    [InlineData("inside.csv", true)]
    [InlineData("sub/../inside.csv", true)]
    [InlineData("../outside.csv", false)]
    [InlineData("sub/link.csv", false)]
    [InlineData("linked/outside.csv", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../roots/inside.csv", false)]
    public void Only_files_below_an_open_folder_are_read_wherever_links_lead(string path, bool isAllowed)
    {
        using var folder = new TempFolder();
        var root = Directory.CreateDirectory(folder.File("root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "sub"));
        Directory.CreateDirectory(folder.File("roots"));
        foreach (var file in new[] { folder.File("outside.csv"), Path.Combine(root, "inside.csv"), Path.Combine(folder.File("roots"), "inside.csv") })
            File.Create(file).Dispose();
        File.CreateSymbolicLink(Path.Combine(root, "sub", "link.csv"), folder.File("outside.csv"));
        Directory.CreateSymbolicLink(Path.Combine(root, "linked"), folder.Path);
        var options = new DataOptions();
        options.FileRoots.Add(root);
        var files = new AllowedFiles(Options.Create(options));

        if (isAllowed)
            files.Open(path).Dispose();
        else
            Assert.Contains("not lie below", Assert.Throws<InvalidException>(() => files.Open(path)).Message);
    }

    [Fact]
    public void Without_open_folders_no_file_is_read_and_a_missing_one_is_named()
    {
        using var folder = new TempFolder();
        var options = new DataOptions();

        Assert.Contains("Data:FileRoots", Assert.Throws<InvalidException>(() => new AllowedFiles(Options.Create(options)).Open("x.csv")).Message);
        options.FileRoots.Add(folder.Path);
        Assert.Contains("x.csv", Assert.Throws<NotFoundException>(() => new AllowedFiles(Options.Create(options)).Open("x.csv")).Message);
    }

    private static async Task<StepResult> RunAsync(TestPlatform platform, string kind, string spec, AssetVersion? input = null)
    {
        var step = platform.Get<IEnumerable<IStepKind>>().Single(s => s.Name == kind);
        var run = await platform.Get<IRuns>().StartAsync(DataTest.Ada, new("step", kind));
        var inputs = input is null ? new Dictionary<string, AssetVersion>() : new() { ["dataset"] = input };
        var context = new StepContext(DataTest.Ada, run.Id, "p", inputs, new Progress<StepProgress>());
        return await step.RunAsync(context, JsonSerializer.Deserialize(spec, step.SpecType, LedgerJson.Options)!, default);
    }
}
