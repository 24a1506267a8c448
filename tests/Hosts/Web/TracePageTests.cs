using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class TracePageTests(Servers servers, Chromium chromium)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_trace_is_found_by_a_filter_and_shown_step_by_step(int width)
    {
        var name = $"answer-{width.ToString(CultureInfo.InvariantCulture)}";
        await TraceAsync(name, width.ToString("x32", CultureInfo.InvariantCulture));
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, width, ColorScheme.Light);
        await tab.GoAsync("/traces");
        await tab.Page.GetByLabel("Filter").FillAsync($"name = '{name}' AND span.type = 'CHAT_MODEL' AND total_tokens = 42");
        await tab.Page.GetByLabel("Filter").PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".waterfall tbody tr")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.Page.Locator(".waterfall tbody tr .sort")).ToHaveTextAsync([name, "look up", "chat"]);
        await Assertions.Expect(tab.Page.Locator(".span-detail h2")).ToHaveTextAsync(name);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "chat" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".span-detail")).ToContainTextAsync("What is Orrery?");
        await Assertions.Expect(tab.Page.Locator(".span-detail .notice")).ToHaveTextAsync("too long");
        var beyond = await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(beyond <= 0, $"{beyond} px wider than the screen");

        await tab.GoAsync("/traces/tr-none");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not found");
        await tab.GoAsync("/traces?filter=nothing");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Invalid attribute key 'nothing'");
        Assert.Empty(tab.Failures);
    }

    private async Task TraceAsync(string name, string id)
    {
        const string spans =
            """
            {"resourceSpans":[{"scopeSpans":[{"spans":[
              {"traceId":"TRACE","spanId":"00000000000000a1","name":"NAME","startTimeUnixNano":"1767268800000000000","endTimeUnixNano":"1767268800090000000"},
              {"traceId":"TRACE","spanId":"00000000000000a3","parentSpanId":"00000000000000a1","name":"chat","startTimeUnixNano":"1767268800030000000","endTimeUnixNano":"1767268800080000000",
                "status":{"code":2,"message":"too long"},"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.prompt","value":{"stringValue":"What is Orrery?"}},
                {"key":"gen_ai.usage.input_tokens","value":{"intValue":"40"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"2"}}]},
              {"traceId":"TRACE","spanId":"00000000000000a2","parentSpanId":"00000000000000a1","name":"look up","startTimeUnixNano":"1767268800010000000","endTimeUnixNano":"1767268800025000000"}]}]}]}
            """;
        var body = spans.Replace("TRACE", id, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await servers.Lived.Http.PostAsync(new Uri("/v1/traces", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }
}
