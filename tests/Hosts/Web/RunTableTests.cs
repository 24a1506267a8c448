using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Preparation.Onnx;
using Orrery.Web.Pages.Runs;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class RunTableTests(Servers servers, Chromium chromium)
{
    private static readonly Caller Anybody = Caller.System("test");

    [Fact]
    public async Task Runs_are_filtered_ordered_and_the_view_is_kept_under_a_name()
    {
        await LogRunsAsync("table", count: 60);
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/runs?folder=table");
        await tab.Page.GetByLabel("Filter").FillAsync("metrics.score >= 10 AND params.half = 'even'");
        await tab.Page.GetByLabel("Filter").PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("tr.run")).ToHaveCountAsync(25);
        await tab.Page.GetByText("Columns", new() { Exact = true }).ClickAsync();
        await tab.Page.GetByLabel("metrics.score").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "score" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tr.run").First).ToContainTextAsync("run 58");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "score" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tr.run").First).ToContainTextAsync("run 10");
        await Assertions.Expect(tab.Page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("score");
        await tab.Page.GetByLabel("Name of this view").FillAsync("even ones");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByLabel("View", new() { Exact = true })).ToContainTextAsync("even ones");

        await tab.GoAsync("/runs?folder=table");
        await Assertions.Expect(tab.Page.Locator(".count")).ToHaveTextAsync("60 runs");
        await tab.Page.GetByLabel("View", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "even ones" });
        await Assertions.Expect(tab.Page.Locator("tr.run")).ToHaveCountAsync(25);
        await Assertions.Expect(tab.Page.Locator("tr.run").First).ToContainTextAsync("run 10");

        var folder = (await servers.Lived.Get<IFolders>().FindAsync(Anybody, "table"))!;
        Assert.StartsWith("/runs?folder=table", folder.Tags["orrery.view.even ones"], StringComparison.Ordinal);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task The_table_holds_all_runs_and_reads_those_that_are_looked_at()
    {
        await LogRunsAsync("long", count: 150);
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/runs?folder=long&order=attributes.run_name");
        await Assertions.Expect(tab.Page.Locator(".count")).ToHaveTextAsync("150 runs");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "run 0", Exact = true })).ToBeVisibleAsync();
        Assert.InRange(await tab.Page.Locator("tr.run").CountAsync(), 1, 120);

        await tab.Page.Locator(".window").EvaluateAsync("table => table.scrollTop = table.scrollHeight");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "run 99", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "run 0", Exact = true })).ToHaveCountAsync(0);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_filter_that_cannot_be_read_is_told_with_its_place_and_can_be_mended()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/runs");
        await tab.Page.GetByLabel("Filter").FillAsync("metrics.auc >>> 1");
        await tab.Page.GetByLabel("Filter").PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("at position 14 of the filter");
        await tab.Page.GetByLabel("Filter").FillAsync("attributes.kind = 'train'");
        await tab.Page.GetByLabel("Filter").PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Assertions.Expect(tab.Page.Locator("tr.run").First).ToContainTextAsync("train");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task Curves_are_smoothed_put_on_a_logarithmic_axis_and_over_time()
    {
        var runs = await LogRunsAsync("curves", count: 3);
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync($"/runs/compare?ids={string.Join(',', runs)}");
        var line = tab.Page.Locator(".card path.line").First;
        await Assertions.Expect(line).ToHaveAttributeAsync("d", new Regex("^M"));
        var plain = await line.GetAttributeAsync("d");
        await tab.Page.GetByLabel("logarithmic").CheckAsync();
        await Assertions.Expect(line).Not.ToHaveAttributeAsync("d", plain!);
        var logarithmic = await line.GetAttributeAsync("d");
        await tab.Page.GetByLabel("Smoothing").FillAsync("0.9");
        await Assertions.Expect(line).Not.ToHaveAttributeAsync("d", logarithmic!);
        await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("2");
        await tab.Page.GetByLabel("To", new() { Exact = true }).PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".card circle.dot.c0")).ToHaveCountAsync(3);
        await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("");
        await tab.Page.GetByLabel("To", new() { Exact = true }).PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".card circle.dot.c0")).ToHaveCountAsync(5);
        var chart = tab.Page.Locator(".card svg.brushed").First;
        await chart.ScrollIntoViewIfNeededAsync();
        var box = (await chart.BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.3f), box.Y + (box.Height / 2));
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.8f), box.Y + (box.Height / 2));
        await tab.Page.Mouse.UpAsync();
        await Assertions.Expect(tab.Page.GetByLabel("From", new() { Exact = true })).ToHaveValueAsync(new Regex("^0\\.8"));
        await Assertions.Expect(tab.Page.Locator(".card circle.dot.c0")).ToHaveCountAsync(3);
        await chart.DblClickAsync();
        await Assertions.Expect(tab.Page.Locator(".card circle.dot.c0")).ToHaveCountAsync(5);
        await tab.Page.GetByLabel("Over", new() { Exact = true }).SelectOptionAsync("seconds since the start");
        await Assertions.Expect(tab.Page.GetByLabel("To", new() { Exact = true })).ToHaveValueAsync("");
        await Assertions.Expect(tab.Page.Locator(".parallel path")).ToHaveCountAsync(3);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task Artifacts_are_shown_as_what_they_are_and_none_runs_a_script()
    {
        var run = (await LogRunsAsync("files", count: 1))[0];
        var http = servers.Lived.Http;
        foreach (var (path, type, text) in new[]
                 {
                     ("table.csv", "text/csv", "name,value\n\"a, b\",1\nc,\"2\"\"\"\n"), ("facts.json", "application/json", "{\"b\":[1,2]}"), ("page.html", "text/html", "<h1>Report</h1><script>parent.document.title = 'broken in'</script>"),
                     ("model.bin", "application/octet-stream", "\0\u0001"), ("broken.onnx", "application/octet-stream", "no model"),
                 })
        {
            using var body = new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue(type));
            (await http.PutAsync(new Uri($"/api/v1/runs/{run}/artifacts/{path}", UriKind.Relative), body)).EnsureSuccessStatusCode();
        }

        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync($"/runs/{run}");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "table.csv" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tbody tr").First).ToContainTextAsync("a, b");
        await Assertions.Expect(tab.Page.Locator("tbody tr").Nth(1)).ToContainTextAsync("2\"");
        await tab.GoAsync($"/runs/{run}/artifacts/facts.json");
        await Assertions.Expect(tab.Page.Locator("pre")).ToContainTextAsync("\"b\": [");
        await tab.GoAsync($"/runs/{run}/artifacts/page.html");
        await Assertions.Expect(tab.Page.FrameLocator("iframe").GetByRole(AriaRole.Heading)).ToHaveTextAsync("Report");
        Assert.DoesNotContain("broken in", await tab.Page.TitleAsync(), StringComparison.Ordinal);
        tab.Failures.Clear(); // the browser says that it did not run the script
        await tab.GoAsync($"/runs/{run}/artifacts/model.bin");
        await Assertions.Expect(tab.Page.Locator(".empty")).ToContainTextAsync("There is no view of this type");
        await tab.GoAsync($"/runs/{run}/artifacts/broken.onnx");
        await Assertions.Expect(tab.Page.Locator(".empty")).ToContainTextAsync("Not an ONNX model");
        await tab.GoAsync($"/runs/{run}/artifacts/fact.json");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("did you mean 'facts.json'?");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_model_in_onnx_is_shown_as_the_graph_of_its_operators()
    {
        var run = (await LogRunsAsync("models", count: 1))[0];
        var graph = new OnnxGraphBuilder("g", opset: 20);
        var sum = graph.Node("Add", [graph.Input("x", OnnxElementType.Float, OnnxDimension.Rows, 3), graph.Constant([1f, 2f, 3f], 3)]);
        graph.Output("y", graph.Node("Relu", [sum]), OnnxElementType.Float, OnnxDimension.Rows, 3);
        using var body = new ByteArrayContent(graph.Build());
        (await servers.Lived.Http.PutAsync(new Uri($"/api/v1/runs/{run}/artifacts/net/model.onnx", UriKind.Relative), body)).EnsureSuccessStatusCode();

        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync($"/runs/{run}/artifacts/net/model.onnx");
        await Assertions.Expect(tab.Page.Locator(".graph .node")).ToHaveTextAsync([new Regex("^\\s*x\\s"), new Regex("^\\s*Add"), new Regex("^\\s*Relu"), new Regex("^\\s*Identity"), new Regex("^\\s*y\\s")]);
        await Assertions.Expect(tab.Page.Locator(".graph .edge")).ToHaveCountAsync(4);
        await Assertions.Expect(tab.Page.Locator(".stat").Nth(1)).ToContainTextAsync("3in 1 tensors");
        Assert.Empty(tab.Failures);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", 2)]
    [InlineData("a,b\r\n1,\"x\ny\"\r\n", 2)]
    [InlineData("a,b\n1,2,3\n", null)]
    [InlineData("", null)]
    public void A_table_has_as_many_fields_in_every_row(string text, int? rows) => Assert.Equal(rows, ArtifactView.Table(text, isCut: false)?.Count);

    [Fact]
    public void The_line_that_was_cut_is_no_row() => Assert.Equal([["a", "b"], ["1", "2"]], ArtifactView.Table("a,b\n1,2\n3,", isCut: true));

    [Fact]
    public void A_view_is_its_address()
    {
        var view = new RunTableView("flights / delays", "train", "failed", "params.a = 'x&y' AND metrics.`b c` > 1", "metrics.`auc` DESC", ["metrics.auc", "params.lr"]);

        var read = RunTableView.Parse(new(new("http://127.0.0.1"), view.Address));

        Assert.Equal(view with { Columns = null }, read with { Columns = null });
        Assert.Equal(view.Columns, read.Columns);
        Assert.Equal("/runs", new RunTableView().Address);
        Assert.Equal("attributes.kind = 'train' AND attributes.status = 'failed' AND params.a = 'x&y' AND metrics.`b c` > 1", read.ToSearch(3).Filter);
        Assert.Throws<InvalidException>(() => new RunTableView(Kind: "a' OR '1").ToSearch(null));
    }

    private async Task<IReadOnlyList<RunId>> LogRunsAsync(string folder, int count)
    {
        var runs = servers.Lived.Get<IRuns>();
        var ids = new List<RunId>();
        for (var i = 0; i < count; i++)
        {
            var run = await runs.StartAsync(Anybody, new("logged", $"run {i}", folder, Parameters: new Dictionary<string, string> { ["half"] = i % 2 == 0 ? "even" : "odd" }));
            await runs.LogAsync(Anybody, run.Id, new() { Metrics = [.. Enumerable.Range(0, 5).Select(step => new MetricPoint("score", step == 4 ? i : Math.Pow(10, step + i), step, run.StartedAt.AddSeconds(step)))] });
            await runs.FinishAsync(Anybody, run.Id, RunStatus.Finished);
            ids.Add(run.Id);
        }

        return ids;
    }
}
