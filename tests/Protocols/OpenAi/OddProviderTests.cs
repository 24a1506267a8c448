using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orrery.Gateway.Usage;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Providers that hang, break off, lie or limit, and the routes that live with them.</summary>
public sealed class OddProviderTests
{
    [Theory]
    [InlineData("page", "a web page")]
    [InlineData("broken-json", "no JSON object")]
    [InlineData("busy", "answered 503")]
    [InlineData("wrong-key", "answered 401: Incorrect API key")]
    [InlineData("huge", "cannot be reached or broke off")]
    public async Task What_cannot_be_used_is_told_and_is_not_the_servers_fault(string model, string complaint)
    {
        await using var server = await OpenAiTestServer.StartAsync(maxReplyBytes: 100_000);
        await server.DeclareAsync("chat", [model]);
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(complaint, body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", body.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("busy", 2)]
    [InlineData("page", 2)]
    [InlineData("limited", 2)]
    [InlineData("wrong-key", 1)]
    public async Task The_next_target_answers_where_the_first_fails(string first, int attempts)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", [first, "good"]);
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Hello", body["choices"]![0]!["message"]!["content"]!.ToString());
        Assert.Equal([.. Enumerable.Repeat(first, attempts), "good"], server.Provider.Requests.Select(request => request.Model));
    }

    [Fact]
    public async Task A_fault_that_passes_is_tried_again()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["flaky"]);
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
        Assert.Equal(2, server.Provider.Requests.Count);
    }

    [Fact]
    public async Task A_request_that_the_provider_calls_wrong_is_not_sent_to_others()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["refuses", "good"]);
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("temperature must be at most 2", body["error"]!["message"]!.ToString());
        Assert.Single(server.Provider.Requests);
    }

    [Fact]
    public async Task Limits_of_every_target_are_a_429()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["limited"], "\"retries\":0");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.ChatAsync("chat")).Status);
    }

    [Fact]
    public async Task A_provider_that_hangs_is_left_for_the_next_one()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.ApplyAsync("chat", $$"""{"retries":0,"targets":[{"provider":"openAi","url":"http://{{server.Provider.Authority}}/v1","model":"hangs","timeout":"1s"},{"provider":"openAi","url":"http://{{server.Provider.Authority}}/v1","model":"good"}]}""");
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
        await server.Provider.GivenUp.Task;
    }

    [Fact]
    public async Task A_deadline_ends_all_attempts()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["hangs", "good"], "\"deadline\":\"1s\"");
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("No answer began within", body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_takes_its_request_with_it()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["hangs"]);
        using var leaving = new CancellationTokenSource();
        using var content = new StringContent("""{"model":"chat","stream":true,"messages":[{"role":"user","content":"Hi"}]}""", Encoding.UTF8, "application/json");
        var asking = server.Http.PostAsync("/v1/chat/completions", content, leaving.Token);
        while (server.Provider.Requests.Count == 0)
            await Task.Yield();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await server.Provider.GivenUp.Task;
    }

    [Fact]
    public async Task Half_a_stream_ends_with_an_error_and_not_as_if_it_were_whole()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["half"]);
        var (status, text) = await server.PostAsync("/v1/chat/completions", """{"model":"chat","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"Hel\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"server_error\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_in_a_stream_is_for_those_who_ask()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        Assert.DoesNotContain("usage", (await server.PostAsync("/v1/chat/completions", """{"model":"chat","stream":true,"messages":[{"role":"user","content":"Hi"}]}""")).Text, StringComparison.Ordinal);
        Assert.Contains("\"total_tokens\":8", (await server.PostAsync("/v1/chat/completions", """{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_request_is_answered_from_the_cache_until_it_ends()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await OpenAiTestServer.StartAsync(time);
        await server.DeclareAsync("chat", ["good"], "\"cache\":\"10m\"");
        await server.ChatAsync("chat");
        Assert.Equal("Hello", (await server.ChatAsync("chat", ",\"user\":\"bob\"")).Body["choices"]![0]!["message"]!["content"]!.ToString());
        Assert.Single(server.Provider.Requests);
        await server.ChatAsync("chat", ",\"seed\":1");
        Assert.Equal(2, server.Provider.Requests.Count);
        time.Advance(TimeSpan.FromMinutes(11));
        await server.ChatAsync("chat");
        Assert.Equal(3, server.Provider.Requests.Count);
    }

    [Fact]
    public async Task A_budget_ends_and_begins_again_with_its_window()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await OpenAiTestServer.StartAsync(time);
        await server.DeclareAsync("chat", ["good"], """ "budgets":[{"tokens":10,"window":"1h"}] """);
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal("insufficient_quota", body["error"]!["code"]!.ToString());
        Assert.Contains("has used 14 of 10 tokens", body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
    }

    [Fact]
    public async Task A_soft_budget_only_says_that_it_is_used_up()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"], """ "budgets":[{"tokens":5,"window":"1h","limit":"soft"}] """);
        using var first = await server.Http.PostAsync("/v1/chat/completions", Chat());
        Assert.False(first.Headers.Contains("x-orrery-budget"));
        using var second = await server.Http.PostAsync("/v1/chat/completions", Chat());
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Contains("7 of 5 tokens", Uri.UnescapeDataString(second.Headers.GetValues("x-orrery-budget").Single()), StringComparison.Ordinal);

        static StringContent Chat() => new("""{"model":"chat","messages":[{"role":"user","content":"Hi"}]}""", Encoding.UTF8, "application/json");
    }

    [Fact]
    public async Task What_was_spent_and_saved_is_reported_by_feature_and_day_and_ends_budgets_of_money()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await OpenAiTestServer.StartAsync(time);
        await server.ApplyAsync("chat", $$"""{"targets":[{"provider":"openAi","url":"http://{{server.Provider.Authority}}/v1","model":"good","price":{"prompt":1000,"completion":10000} }],"cache":"1d","budgets":[{"cost":0.07,"window":"1h","per":"feature"}]}""");
        // 5 tokens of the question and 2 of the answer: 0.005 + 0.02.
        await AskAsync("search", 1);
        await AskAsync("search", 1);
        await AskAsync("chat", 2);
        await AskAsync("chat", 3);
        await AskAsync("chat", 4);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("chat", 5));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("search", 5));
        time.Advance(TimeSpan.FromDays(1));
        await AskAsync("search", 6);

        var usage = server.Platform.Get<IGatewayUsage>();
        var report = await usage.ReportAsync(OpenAiTestServer.Ada, UsageDivision.Feature, time.GetUtcNow().AddDays(-2), time.GetUtcNow().AddMinutes(1));
        Assert.Equal([("chat", 3L, 0L), ("search", 4L, 1L)], report.Lines.Select(line => (line.Name, line.Requests, line.Cached)).Order());
        Assert.Equal(0.075, report.Lines.Single(line => line.Name == "chat").Cost, 1e-9);
        Assert.Equal(0.025, report.Lines.Single(line => line.Name == "search").Saved, 1e-9);
        Assert.Equal((7L, 0.15, 0.025), (report.Total.Requests, Math.Round(report.Total.Cost, 9), Math.Round(report.Total.Saved, 9)));
        var days = await usage.ReportAsync(OpenAiTestServer.Ada, UsageDivision.Day, time.GetUtcNow().AddDays(-2), time.GetUtcNow().AddMinutes(1));
        Assert.Equal([("2026-03-01", 6L), ("2026-03-02", 1L)], days.Lines.Select(line => (line.Name, line.Requests)));
        Assert.Equal("user:ada", Assert.Single((await usage.ReportAsync(OpenAiTestServer.Ada, UsageDivision.Caller, time.GetUtcNow().AddDays(-2), time.GetUtcNow().AddMinutes(1))).Lines).Name);

        // What nobody asks for any more is gone with the next hour's first request.
        time.Advance(TimeSpan.FromDays(401));
        await AskAsync("search", 7);
        Assert.Equal(1, (await usage.ReportAsync(OpenAiTestServer.Ada, UsageDivision.Route, DateTimeOffset.UnixEpoch, time.GetUtcNow().AddMinutes(1))).Total.Requests);

        async Task<HttpStatusCode> AskAsync(string feature, int seed)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent($$"""{"model":"chat","seed":{{seed}},"messages":[{"role":"user","content":"Hi"}]}""", Encoding.UTF8, "application/json") };
            message.Headers.Add("x-orrery-feature", feature);
            using var response = await server.Http.SendAsync(message);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Tokens_of_the_local_engine_are_counted()
    {
        await using var server = await LocalModelTests.StartAsync();
        await server.ChatAsync("local", ",\"max_tokens\":5,\"seed\":1");
        var now = server.Platform.Get<TimeProvider>().GetUtcNow();
        Assert.Equal(5, (await server.Platform.Get<IGatewayUsage>().ReportAsync(OpenAiTestServer.Ada, UsageDivision.Route, now.AddHours(-1), now.AddMinutes(2))).Total.CompletionTokens);
    }

    [Fact]
    public async Task A_budget_that_ends_amid_a_stream_ends_the_stream()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"], """ "budgets":[{"tokens":30,"window":"1h","per":"caller"}] """);
        var (_, text) = await server.PostAsync("/v1/chat/completions", $$"""{"model":"chat","stream":true,"messages":[{"role":"user","content":"{{new string('x', 60)}}"}]}""");
        Assert.Contains("ended amid the answer", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"targets":[]}""", "targets")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"ftp://x","model":"m"}]}""", "targets/0/url")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"https://u:p@x/","model":"m"}]}""", "targets/0/url")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"https://evil.example/v1","model":"m","key":"odd"}]}""", "targets/0/key")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"https://x/v1","model":"m","key":"none"}]}""", "targets/0/key")]
    [InlineData("""{"targets":[{"provider":"local","model":"../secrets"}]}""", "targets/0/model")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"https://x/v1","model":"m"}],"retries":9}""", "retries")]
    [InlineData("""{"targets":[{"provider":"openAi","url":"https://x/v1","model":"m"}],"budgets":[{"tokens":0,"window":"1h"}]}""", "budgets/0/tokens")]
    public async Task A_route_that_cannot_work_is_refused_with_its_place(string spec, string path)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => server.ApplyAsync("chat", spec));
        Assert.Contains(path, string.Join(' ', refusal.Errors.Keys) + refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_address_that_the_server_does_not_name_is_not_reached()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await using var other = await OddProvider.StartAsync();
        await server.ApplyAsync("chat", $$"""{"retries":0,"targets":[{"provider":"openAi","url":"http://{{other.Authority}}/v1","model":"good"}]}""");
        var (status, body) = await server.ChatAsync("chat");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("Gateway:PrivateHosts", body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }
}
