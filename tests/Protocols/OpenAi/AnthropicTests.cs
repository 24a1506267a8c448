using System.Net;
using OpenAI.Chat;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Anthropic's and Azure's APIs behind a route, judged by OpenAI's .NET client.</summary>
public sealed class AnthropicTests
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"}}}""";

    [Fact]
    public async Task A_chat_is_translated_there_and_back()
    {
        await using var server = await StartAsync("good");
        var answer = (await server.Client.GetChatClient("claude").CompleteChatAsync(
            [new SystemChatMessage("Be short."), new UserChatMessage("Hi"), new AssistantChatMessage("Yes?"), new UserChatMessage("Your name?")],
            new ChatCompletionOptions { MaxOutputTokenCount = 100, Temperature = 1.5f, StopSequences = { "END" } })).Value;
        Assert.Equal("Hi! My name is Claude.", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal((2195, 503), (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount));
        var sent = Assert.Single(server.Provider.Requests).Body;
        Assert.Equal(
            """{"model":"good","max_tokens":100,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":[{"type":"text","text":"Yes?"}]},{"role":"user","content":[{"type":"text","text":"Your name?"}]}],"system":"Be short.","temperature":1,"stop_sequences":["END"]}""",
            sent.ToJsonString());
        var (path, headers) = Assert.Single(server.Provider.Addresses);
        Assert.Equal("/v1/messages", path);
        Assert.Equal(("sk-secret", "2023-06-01"), (headers["x-api-key"], headers["anthropic-version"]));
        Assert.DoesNotContain("authorization", headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Tools_are_called_and_their_results_come_back()
    {
        await using var server = await StartAsync("good");
        var options = new ChatCompletionOptions { ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = false };
        options.Tools.Add(ChatTool.CreateFunctionTool("weather", "The weather.", BinaryData.FromString(Schema)));
        var chat = server.Client.GetChatClient("claude");
        var answer = (await chat.CompleteChatAsync([new UserChatMessage("Weather?")], options)).Value;
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var call = Assert.Single(answer.ToolCalls);
        Assert.Equal("""{"city":"Bern","days":2}""", call.FunctionArguments.ToString());
        Assert.Equal("""{"type":"any","disable_parallel_tool_use":true}""", server.Provider.Requests[0].Body["tool_choice"]!.ToJsonString());
        await chat.CompleteChatAsync([new UserChatMessage("Weather?"), new AssistantChatMessage(answer), new ToolChatMessage(call.Id, "sunny"), new UserChatMessage("Sure?")], options);
        var messages = server.Provider.Requests[1].Body["messages"]!.AsArray();
        Assert.Equal(["user", "assistant", "user"], messages.Select(message => message!["role"]!.ToString()));
        Assert.Equal(["text", "tool_use"], messages[1]!["content"]!.AsArray().Select(block => block!["type"]!.ToString()));
        Assert.Equal(["tool_result", "text"], messages[2]!["content"]!.AsArray().Select(block => block!["type"]!.ToString()));
        Assert.Equal("Bern", messages[1]!["content"]![1]!["input"]!["city"]!.ToString());
    }

    [Fact]
    public async Task Streams_bring_texts_calls_and_usage()
    {
        await using var server = await StartAsync("good");
        var (text, tokens) = ("", 0);
        await foreach (var part in server.Client.GetChatClient("claude").CompleteChatStreamingAsync(new UserChatMessage("Hi")))
        {
            text += string.Concat(part.ContentUpdate.Select(content => content.Text));
            tokens = part.Usage?.TotalTokenCount ?? tokens;
        }

        Assert.Equal(("Hello!", 40), (text, tokens));
        var options = new ChatCompletionOptions();
        options.Tools.Add(ChatTool.CreateFunctionTool("weather", "The weather.", BinaryData.FromString(Schema)));
        var (name, arguments) = ("", "");
        ChatFinishReason? finish = null;
        await foreach (var part in server.Client.GetChatClient("claude").CompleteChatStreamingAsync([new UserChatMessage("Hi")], options))
        {
            foreach (var call in part.ToolCallUpdates)
                (name, arguments) = (name + call.FunctionName, arguments + call.FunctionArgumentsUpdate);
            finish = part.FinishReason ?? finish;
        }

        Assert.Equal(("weather", """{"city": "Bern"}""", ChatFinishReason.ToolCalls), (name, arguments, finish));
    }

    [Fact]
    public async Task An_answer_in_a_schema_is_the_arguments_of_a_call()
    {
        await using var server = await StartAsync("good");
        var (_, body) = await server.ChatAsync("claude", ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + Schema + "}}");
        Assert.Equal("""{"city":"Bern","days":2}""", body["choices"]![0]!["message"]!["content"]!.ToString());
        Assert.Equal("stop", body["choices"]![0]!["finish_reason"]!.ToString());
    }

    [Theory]
    [InlineData("overloaded", "answered 529: Overloaded")]
    [InlineData("page", "not Anthropic's API: a web page")]
    [InlineData("busy", "answered 503")]
    [InlineData("wrong-key", "answered 401")]
    public async Task What_cannot_be_used_is_told(string model, string complaint)
    {
        await using var server = await StartAsync(model);
        var (status, body) = await server.ChatAsync("claude");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(complaint, body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("fails-amid")]
    public async Task Half_a_stream_ends_with_an_error(string model)
    {
        await using var server = await StartAsync(model);
        var (_, text) = await server.PostAsync("/v1/chat/completions", """{"model":"claude","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.Contains("Hello", text, StringComparison.Ordinal);
        Assert.Contains("server_error", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_does_not_have_goes_to_the_next_target()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.ApplyAsync("mixed", $$"""{"targets":[{"provider":"anthropic","url":"http://{{server.Provider.Authority}}","model":"good"},{"provider":"openAi","url":"http://{{server.Provider.Authority}}/v1","model":"other"}]}""");
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("mixed", ",\"logprobs\":true")).Status);
        Assert.Equal("other", Assert.Single(server.Provider.Requests).Model);
    }

    [Theory]
    [InlineData("""[{"role":"wizard","content":"Hi"}]""")]
    [InlineData("""[{"role":"system","content":"Hi"}]""")]
    [InlineData("""[{"role":"user","content":[{"type":"input_audio"}]}]""")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}]""")]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:nonsense"}}]}]""")]
    public async Task Messages_that_it_cannot_read_are_the_callers_fault(string messages)
    {
        await using var server = await StartAsync("good");
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/v1/chat/completions", $$"""{"model":"claude","messages":{{messages}}}""")).Status);
        Assert.Empty(server.Provider.Requests);
    }

    [Fact]
    public async Task Azure_is_asked_for_its_deployment_with_its_own_header()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.ApplyAsync("azure", $$"""{"targets":[{"provider":"azure","url":"http://{{server.Provider.Authority}}","model":"good","key":"odd","apiVersion":"2025-01-01-preview"}]}""");
        Assert.Equal("Hello", (await server.Client.GetChatClient("azure").CompleteChatAsync(new UserChatMessage("Hi"))).Value.Content[0].Text);
        var (path, headers) = Assert.Single(server.Provider.Addresses);
        Assert.Equal("/openai/deployments/good/chat/completions?api-version=2025-01-01-preview", path);
        Assert.Equal("sk-secret", headers["api-key"]);
        Assert.DoesNotContain("authorization", headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    private static async Task<OpenAiTestServer> StartAsync(string model)
    {
        var server = await OpenAiTestServer.StartAsync();
        await server.ApplyAsync("claude", $$"""{"targets":[{"provider":"anthropic","url":"http://{{server.Provider.Authority}}","model":"{{model}}","key":"odd"}],"retries":0}""");
        return server;
    }
}
