using System.ClientModel;
using OpenAI.Chat;
using OpenAI.Embeddings;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>OpenAI's own .NET client against the wire.</summary>
public sealed class OpenAiClientTests
{
    [Fact]
    public async Task A_chat_is_answered_by_the_routes_target_under_the_routes_name()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var answer = (await server.Client.GetChatClient("chat").CompleteChatAsync(new UserChatMessage("Hi"))).Value;
        Assert.Equal("Hello", answer.Content[0].Text);
        Assert.Equal("chat", answer.Model);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(7, answer.Usage.TotalTokenCount);
        var (model, _, authorization) = Assert.Single(server.Provider.Requests);
        Assert.Equal(("good", "Bearer sk-secret"), (model, authorization));
    }

    [Fact]
    public async Task A_stream_comes_in_parts_with_its_usage()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var text = "";
        ChatTokenUsage? usage = null;
        await foreach (var part in server.Client.GetChatClient("chat").CompleteChatStreamingAsync(new UserChatMessage("Hi")))
        {
            text += string.Concat(part.ContentUpdate.Select(content => content.Text));
            usage = part.Usage ?? usage;
        }

        Assert.Equal("Hello there", text);
        Assert.Equal(8, usage!.TotalTokenCount);
    }

    [Fact]
    public async Task Embeddings_come_as_the_client_asks_for_them()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("embed", ["good"]);
        // This client asks for base64.
        var embedding = (await server.Client.GetEmbeddingClient("embed").GenerateEmbeddingAsync("text", new EmbeddingGenerationOptions { Dimensions = 2 })).Value;
        Assert.Equal([0.5f, -1f], embedding.ToFloats().ToArray());
        Assert.Equal(2, server.Provider.Requests[0].Body["dimensions"]!.GetValue<int>());
        var (_, plain) = await server.PostAsync("/v1/embeddings", """{"model":"embed","input":["a"],"encoding_format":"float"}""");
        Assert.Contains("[0.5,-1]", plain, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_are_models()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var models = (await server.Client.GetOpenAIModelClient().GetModelsAsync()).Value;
        Assert.Equal("chat", Assert.Single(models).Id);
        Assert.Equal("chat", (await server.Client.GetOpenAIModelClient().GetModelAsync("chat")).Value.Id);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => server.Client.GetOpenAIModelClient().GetModelAsync("none"))).Status);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_with_those_that_are()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => server.Client.GetChatClient("none").CompleteChatAsync(new UserChatMessage("Hi")));
        Assert.Equal(404, refusal.Status);
        Assert.Contains("There are: chat.", refusal.Message, StringComparison.Ordinal);
    }
}
