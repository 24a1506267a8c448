#pragma warning disable OPENAI001 // The client's responses are marked as experimental.
using System.ClientModel;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Responses;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>The Responses API, by OpenAI's .NET client and by the bytes.</summary>
public sealed class ResponseTests
{
    [Fact]
    public async Task A_response_is_made_kept_read_and_deleted()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var client = server.Client.GetResponsesClient();
        var made = (await client.CreateResponseAsync("chat", "Hi")).Value;
        Assert.Equal("Hello", made.GetOutputText());
        Assert.Equal(ResponseStatus.Completed, made.Status);
        Assert.Equal(7, made.Usage.TotalTokenCount);
        Assert.Equal("Hello", (await client.GetResponseAsync(made.Id)).Value.GetOutputText());
        var (_, input) = await GetAsync(server, $"/v1/responses/{made.Id}/input_items");
        Assert.Equal("Hi", Assert.Single(input["data"]!.AsArray())!["content"]![0]!["text"]!.ToString());
        Assert.True((await client.DeleteResponseAsync(made.Id)).Value.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(made.Id))).Status);
    }

    [Fact]
    public async Task The_next_response_goes_on_from_the_one_before()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var first = await CreateAsync(server, """{"model":"chat","input":"one","instructions":"Be short."}""");
        var second = await CreateAsync(server, $$"""{"model":"chat","input":[{"role":"user","content":"two"}],"previous_response_id":"{{first["id"]}}"}""");
        await CreateAsync(server, $$"""{"model":"chat","input":"three","previous_response_id":"{{second["id"]}}"}""");
        // Instructions are of one response alone.
        Assert.Equal(["system:Be short.", "user:one"], Said(server.Provider.Requests[0].Body));
        Assert.Equal(["user:one", "assistant:Hello", "user:two", "assistant:Hello", "user:three"], Said(server.Provider.Requests[2].Body));
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/v1/responses", """{"model":"chat","input":"a","previous_response_id":"resp_none"}""")).Status);
    }

    [Fact]
    public async Task A_stream_tells_what_happens_and_is_kept()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var client = server.Client.GetResponsesClient();
        var (text, kinds) = ("", new List<string>());
        ResponseResult? whole = null;
        await foreach (var happened in await client.CreateResponseStreamingAsync("chat", "Hi"))
        {
            kinds.Add(happened.GetType().Name);
            text += happened is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
            whole = happened is StreamingResponseCompletedUpdate completed ? completed.Response : whole;
        }

        Assert.Equal("Hello there", text);
        Assert.Equal("Hello there", whole!.GetOutputText());
        Assert.Equal(8, whole.Usage.TotalTokenCount);
        Assert.Equal("StreamingResponseCreatedUpdate", kinds[0]);
        Assert.Equal("Hello there", (await client.GetResponseAsync(whole.Id)).Value.GetOutputText());
        var (_, bytes) = await server.PostAsync("/v1/responses", """{"model":"chat","input":"Hi","stream":true,"store":false}""");
        string[] events = [.. bytes.Split('\n').Where(line => line.StartsWith("event: ", StringComparison.Ordinal)).Select(line => line[7..])];
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", .. Enumerable.Repeat("response.output_text.delta", 3), "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            events);
        var numbers = bytes.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!["sequence_number"]!.GetValue<int>());
        Assert.Equal(Enumerable.Range(0, events.Length), numbers);
    }

    [Fact]
    public async Task Half_a_stream_is_a_failed_response()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["half"]);
        var (_, bytes) = await server.PostAsync("/v1/responses", """{"model":"chat","input":"Hi","stream":true}""");
        var last = JsonNode.Parse(bytes.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])!;
        Assert.Equal("response.failed", last["type"]!.ToString());
        var (_, kept) = await GetAsync(server, $"/v1/responses/{last["response"]!["id"]}");
        Assert.Equal("failed", kept["status"]!.ToString());
        Assert.Equal("Hello", kept["output"]![0]!["content"]![0]!["text"]!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task Tools_of_functions_are_called_and_answered(string more)
    {
        await using var server = await LocalModelTests.StartAsync();
        const string Tool = """{"type":"function","name":"weather","parameters":{"type":"object","properties":{"days":{"type":"integer","minimum":1,"maximum":9}},"required":["days"],"additionalProperties":false}}""";
        var (status, bytes) = await server.PostAsync("/v1/responses", $$"""{"model":"local","input":"Weather?","tools":[{{Tool}}],"tool_choice":"required","max_output_tokens":300{{more}}}""");
        Assert.True(status == HttpStatusCode.OK, bytes);
        var response = more.Length == 0 ? JsonNode.Parse(bytes)! : JsonNode.Parse(bytes.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])!["response"]!;
        Assert.Equal("completed", response["status"]!.ToString());
        var call = Assert.Single(response["output"]!.AsArray())!;
        Assert.Equal(("function_call", "weather"), (call["type"]!.ToString(), call["name"]!.ToString()));
        Assert.InRange(JsonNode.Parse(call["arguments"]!.ToString())!["days"]!.GetValue<int>(), 1, 9);
        var (answered, text) = await server.PostAsync("/v1/responses", $$"""{"model":"local","previous_response_id":"{{response["id"]}}","input":[{"type":"function_call_output","call_id":"{{call["call_id"]}}","output":"sunny"}],"max_output_tokens":4}""");
        Assert.True(answered == HttpStatusCode.OK, text);
        Assert.Equal("max_output_tokens", JsonNode.Parse(text)!["incomplete_details"]!["reason"]!.ToString());
    }

    [Fact]
    public async Task An_answer_in_a_schema_is_in_the_schema()
    {
        await using var server = await LocalModelTests.StartAsync();
        var response = await CreateAsync(server, """{"model":"local","input":"Hi","text":{"format":{"type":"json_schema","name":"x","schema":{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}}}}""");
        Assert.Contains(JsonNode.Parse(response["output"]![0]!["content"]![0]!["text"]!.ToString())!["ok"]!.ToString(), (string[])["true", "false"]);
    }

    [Fact]
    public async Task One_in_the_background_can_be_waited_for_and_cancelled()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        await server.DeclareAsync("slow", ["hangs"]);
        var made = await CreateAsync(server, """{"model":"chat","input":"Hi","background":true}""");
        Assert.Equal("queued", made["status"]!.ToString());
        JsonNode read;
        do
            (_, read) = await GetAsync(server, $"/v1/responses/{made["id"]}");
        while (read["status"]!.ToString() is "queued" or "in_progress");
        Assert.Equal("completed", read["status"]!.ToString());

        var hanging = await CreateAsync(server, """{"model":"slow","input":"Hi","background":true}""");
        while (server.Provider.Requests.All(request => request.Model != "hangs"))
            await Task.Yield();
        var (status, text) = await server.PostAsync($"/v1/responses/{hanging["id"]}/cancel", "");
        Assert.True(status == HttpStatusCode.OK, text);
        await server.Provider.GivenUp.Task;
        Assert.Equal("cancelled", (await GetAsync(server, $"/v1/responses/{hanging["id"]}")).Body["status"]!.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync($"/v1/responses/{(await CreateAsync(server, """{"model":"chat","input":"Hi"}"""))["id"]}/cancel", "")).Status);
    }

    [Fact]
    public async Task Responses_end_after_thirty_days_and_one_that_is_not_to_be_kept_at_once()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await OpenAiTestServer.StartAsync(time);
        await server.DeclareAsync("chat", ["good"]);
        var kept = await CreateAsync(server, """{"model":"chat","input":"Hi"}""");
        var passing = await CreateAsync(server, """{"model":"chat","input":"Hi","store":false}""");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, $"/v1/responses/{kept["id"]}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(server, $"/v1/responses/{passing["id"]}")).Status);
        time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(server, $"/v1/responses/{kept["id"]}")).Status);
    }

    [Theory]
    [InlineData("""{"model":"chat"}""", "input")]
    [InlineData("""{"model":"chat","input":[{"role":"wizard","content":"a"}]}""", "input[0].role")]
    [InlineData("""{"model":"chat","input":[{"type":"item_reference","id":"a"}]}""", "input[0].type")]
    [InlineData("""{"model":"chat","input":"a","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"chat","input":"a","text":{"format":{"type":"yaml"}}}""", "text.format.type")]
    [InlineData("""{"model":"chat","input":"a","background":true,"store":false}""", "background")]
    [InlineData("""{"model":"chat","input":"a","conversation":"conv_1"}""", "conversation")]
    public async Task A_request_that_is_wrong_is_refused_with_its_place(string body, string param)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var (status, text) = await server.PostAsync("/v1/responses", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, JsonNode.Parse(text)!["error"]!["param"]!.ToString());
    }

    [Fact]
    public async Task Texts_are_judged_by_the_routes_provider_or_not_at_all()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var moderation = server.Client.GetModerationClient("omni-moderation-latest");
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => moderation.ClassifyTextAsync("a"))).Status);
        await server.DeclareAsync("omni-moderation-latest", ["good"]);
        Assert.True((await moderation.ClassifyTextAsync("a")).Value.Flagged);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/moderations", """{"input":["a"]}""")).Status);
        Assert.All(server.Provider.Addresses, address => Assert.Equal("/v1/moderations", address.Path));
    }

    private static async Task<JsonNode> CreateAsync(OpenAiTestServer server, string body)
    {
        var (status, text) = await server.PostAsync("/v1/responses", body);
        Assert.True(status == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(OpenAiTestServer server, string path)
    {
        using var response = await server.Http.GetAsync(path);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private static IEnumerable<string> Said(JsonObject body) => body["messages"]!.AsArray().Select(message => $"{message!["role"]}:{message["content"]}");
}
