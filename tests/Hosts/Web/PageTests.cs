using Microsoft.Playwright;
using Orrery.Hosts.Tests.Server;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class PageTests(Servers servers, Chromium chromium)
{
    private const int Desktop = 1280, Phone = 390;

    internal static readonly string[] Lists = ["/", "/datasets", "/features", "/runs", "/runs/compare", "/traces", "/studies", "/pipelines", "/models", "/endpoints", "/monitors", "/vectors", "/lineage", "/audit", "/login"];

    internal static readonly string[] Details =
    [
        "/datasets/deliveries", "/datasets/deliveries?version=1", "/features/views/depots", "/features/services/deliveries", "/runs?kind=train", "/pipelines/train-deliveries",
        "/models/deliveries", "/models/deliveries?version=1", "/endpoints/deliveries", "/monitors/deliveries", "/lineage?start=model/deliveries", "/lineage?start=endpoint/deliveries",
    ];

    public static TheoryData<int, ColorScheme> Screens => new() { { Desktop, ColorScheme.Light }, { Desktop, ColorScheme.Dark }, { Phone, ColorScheme.Light }, { Phone, ColorScheme.Dark } };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_page_of_an_empty_server_loads_and_fits(int width, ColorScheme colours) => await AllLoadAsync(servers.Empty.Address, Lists, width, colours);

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_page_of_a_server_with_a_living_model_loads_and_fits(int width, ColorScheme colours) =>
        await AllLoadAsync(servers.Lived.Address, [.. Lists, .. Details, .. servers.LivedRuns], width, colours);

    [Fact]
    public async Task What_is_not_there_is_said_in_words()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, Desktop, ColorScheme.Light);
        await tab.GoAsync("/models/deliverys");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("deliveries");
        await tab.GoAsync("/runs/nothing");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("32 hexadecimal digits");
    }

    [Fact]
    public async Task The_colours_that_a_reader_chose_stay()
    {
        await using var tab = await chromium.OpenAsync(servers.Empty.Address, Desktop, ColorScheme.Light);
        await tab.GoAsync("/");
        await tab.Page.GetByLabel("Dark colours").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await tab.GoAsync("/runs");
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    private async Task AllLoadAsync(Uri server, IEnumerable<string> paths, int width, ColorScheme colours)
    {
        await using var tab = await chromium.OpenAsync(server, width, colours);
        var wrong = new List<string>();
        foreach (var path in paths)
        {
            await tab.GoAsync(path);
            wrong.AddRange(tab.Failures.Select(failure => $"{path}: {failure}"));
            tab.Failures.Clear();
            wrong.AddRange((await tab.Page.GetByRole(AriaRole.Alert).AllInnerTextsAsync()).Select(refusal => $"{path}: {refusal}"));
            var beyond = await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (beyond > 0)
                wrong.Add($"{path}: {beyond} px wider than the screen");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Models_that_a_client_of_MLflow_registered_have_pages_like_others()
    {
        await using var server = await TestServer.StartAsync();
        async Task PostAsync(string path, string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            (await server.Http.PostAsync(new Uri($"/api/2.0/mlflow/{path}", UriKind.Relative), content)).EnsureSuccessStatusCode();
        }

        await PostAsync("registered-models/create", """{"name":"empty"}""");
        await PostAsync("registered-models/create", """{"name":"theirs","description":"Trained elsewhere."}""");
        await PostAsync("model-versions/create", """{"name":"theirs","source":"s3://models/theirs/1","tags":[{"key":"team","value":"ops"}]}""");
        await using var tab = await chromium.OpenAsync(server.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await tab.GoAsync("/models");
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(2);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "theirs" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("theirs v1");
        await Assertions.Expect(tab.Page.Locator(".page")).ToContainTextAsync("Trained elsewhere.");
        await Assertions.Expect(tab.Page.Locator(".page")).ToContainTextAsync("s3://models/theirs/1");
        await tab.GoAsync("/models/empty");
        await Assertions.Expect(tab.Page.Locator(".empty")).ToContainTextAsync("no version yet");
        Assert.Empty(tab.Failures);
    }
}
