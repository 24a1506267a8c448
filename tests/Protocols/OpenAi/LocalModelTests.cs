using System.ClientModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Chat;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>The engine in this process behind the wire: a Llama of random weights that knows letters and bytes.</summary>
public sealed class LocalModelTests
{
    private const string Schema = """{"type":"object","properties":{"city":{"enum":["Bern","Köln"]},"days":{"type":"integer","minimum":1,"maximum":9}},"required":["city","days"],"additionalProperties":false}""";

    private const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + Schema + "}}";

    [Fact]
    public async Task A_seed_gives_the_same_answer_again_whole_and_streamed()
    {
        await using var server = await StartAsync();
        var chat = server.Client.GetChatClient("local");
#pragma warning disable OPENAI001 // Seed is marked as experimental.
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 12, Seed = 7 };
#pragma warning restore OPENAI001
        var first = (await chat.CompleteChatAsync([new UserChatMessage("Hi")], options)).Value;
        var second = (await chat.CompleteChatAsync([new UserChatMessage("Hi")], options)).Value;
        var streamed = "";
        await foreach (var part in chat.CompleteChatStreamingAsync([new UserChatMessage("Hi")], options))
            streamed += string.Concat(part.ContentUpdate.Select(content => content.Text));
        Assert.NotEmpty(first.Content[0].Text);
        Assert.Equal(first.Content[0].Text, second.Content[0].Text);
        Assert.Equal(first.Content[0].Text, streamed);
        Assert.Equal(12, first.Usage.OutputTokenCount);
        Assert.Equal(ChatFinishReason.Length, first.FinishReason);
    }

    [Fact]
    public async Task An_answer_in_a_schema_is_in_the_schema()
    {
        await using var server = await StartAsync();
        for (var seed = 0; seed < 5; seed++)
        {
            var (status, body) = await server.ChatAsync("local", $",\"seed\":{seed},\"max_tokens\":200,{Format}");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("stop", body["choices"]![0]!["finish_reason"]!.ToString());
            var answer = JsonNode.Parse(body["choices"]![0]!["message"]!["content"]!.ToString())!;
            Assert.Contains(answer["city"]!.ToString(), (string[])["Bern", "Köln"]);
            Assert.InRange(answer["days"]!.GetValue<int>(), 1, 9);
        }
    }

    [Fact]
    public async Task An_answer_in_a_schema_that_is_cut_off_says_so()
    {
        await using var server = await StartAsync();
        var (_, body) = await server.ChatAsync("local", $",\"seed\":1,\"max_tokens\":3,{Format}");
        Assert.Equal("length", body["choices"]![0]!["finish_reason"]!.ToString());
    }

    [Fact]
    public async Task A_tool_that_is_required_is_called_with_arguments_of_its_schema()
    {
        await using var server = await StartAsync();
        var tool = ChatTool.CreateFunctionTool("weather", "The weather.", BinaryData.FromString(Schema));
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 300, ToolChoice = ChatToolChoice.CreateRequiredChoice() };
        options.Tools.Add(tool);
        var answer = (await server.Client.GetChatClient("local").CompleteChatAsync([new UserChatMessage("Weather?")], options)).Value;
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var call = Assert.Single(answer.ToolCalls);
        Assert.Equal("weather", call.FunctionName);
        Assert.InRange(JsonNode.Parse(call.FunctionArguments)!["days"]!.GetValue<int>(), 1, 9);
    }

    [Fact]
    public async Task Probabilities_choices_and_stops_are_as_asked()
    {
        await using var server = await StartAsync();
        var (_, body) = await server.ChatAsync("local", ",\"seed\":3,\"max_tokens\":4,\"n\":2,\"logprobs\":true,\"top_logprobs\":3");
        Assert.Equal(2, body["choices"]!.AsArray().Count);
        var logprobs = body["choices"]![0]!["logprobs"]!["content"]!.AsArray();
        Assert.Equal(4, logprobs.Count);
        Assert.All(logprobs, entry => Assert.Equal(3, entry!["top_logprobs"]!.AsArray().Count));
        Assert.All(logprobs, entry => Assert.True(entry!["logprob"]!.GetValue<double>() <= 0));

        var whole = body["choices"]![0]!["message"]!["content"]!.ToString();
        var stop = JsonSerializer.Serialize(whole[2..3]);
        var (_, stopped) = await server.ChatAsync("local", $",\"seed\":3,\"max_tokens\":4,\"stop\":{stop}");
        Assert.Equal(whole[..whole.IndexOf(whole[2], StringComparison.Ordinal)], stopped["choices"]![0]!["message"]!["content"]!.ToString());
        Assert.Equal("stop", stopped["choices"]![0]!["finish_reason"]!.ToString());
    }

    [Fact]
    public async Task A_text_is_completed()
    {
        await using var server = await StartAsync();
        var (status, text) = await server.PostAsync("/v1/completions", """{"model":"local","prompt":"abc","max_tokens":5,"seed":1,"logprobs":2}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var body = JsonNode.Parse(text)!;
        Assert.Equal("text_completion", body["object"]!.ToString());
        Assert.Equal(5, body["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(",\"temperature\":3", "'temperature' must be a number from 0 to 2")]
    [InlineData(",\"n\":\"two\"", "'n' must be a number")]
    [InlineData(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"x\"}}}", "the type 'x'")]
    [InlineData(",\"response_format\":{\"type\":\"yaml\"}", "expected text, json_object or json_schema")]
    [InlineData(",\"logit_bias\":{\"99999\":1}", "no token of the model")]
    [InlineData(",\"grammar\":\"root ::= (\"", "The grammar, line 1")]
    [InlineData(",\"stop\":[\"\"]", "none of them empty")]
    public async Task A_wrong_value_is_refused_by_its_name(string more, string complaint)
    {
        await using var server = await StartAsync();
        var (status, body) = await server.ChatAsync("local", more);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(complaint, body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_refused_with_both_lengths()
    {
        await using var server = await StartAsync();
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => server.Client.GetChatClient("local").CompleteChatAsync(new UserChatMessage(new string('é', 4000))));
        Assert.Equal(400, refusal.Status);
        Assert.Contains("context holds 2048", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_in_the_folder_is_told()
    {
        await using var server = await StartAsync();
        await server.ApplyAsync("gone", """{"targets":[{"provider":"local","model":"gone.gguf"}]}""");
        var (status, body) = await server.ChatAsync("gone");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("gone.gguf", body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A server with the route <c>local</c>.</summary>
    internal static async Task<OpenAiTestServer> StartAsync()
    {
        var server = await OpenAiTestServer.StartAsync();
        var folder = Path.Combine(server.Platform.Path, "models");
        Directory.CreateDirectory(folder);
        WriteModel(Path.Combine(folder, "tiny.gguf"));
        await server.ApplyAsync("local", """{"targets":[{"provider":"local","model":"tiny.gguf"}]}""");
        return server;
    }

    private static void WriteModel(string path)
    {
        const int Width = 32, Heads = 4, FeedForward = 64;
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), .. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString()), "▁"];
        int[] kinds = [2, 3, 3, .. Enumerable.Repeat(6, 256), .. Enumerable.Repeat(1, 27)];
        using var stream = File.Create(path);
        var writer = new GgufWriter(stream);
        writer.Add("general.architecture", "llama");
        foreach (var (key, value) in (IEnumerable<(string, int)>)[("block_count", 1), ("embedding_length", Width), ("feed_forward_length", FeedForward), ("context_length", 2048), ("attention.head_count", Heads), ("attention.head_count_kv", Heads)])
            writer.Add($"llama.{key}", value);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.token_type", kinds);
        writer.Add("tokenizer.ggml.scores", new float[tokens.Length]);
        writer.Add("tokenizer.ggml.bos_token_id", 1);
        writer.Add("tokenizer.ggml.eos_token_id", 2);
        writer.Add("tokenizer.chat_template", "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: ");
        (string Name, long[] Shape)[] tensors =
        [
            ("token_embd.weight", [tokens.Length, Width]), ("output_norm.weight", [Width]), ("blk.0.attn_norm.weight", [Width]), ("blk.0.attn_q.weight", [Width, Width]),
            ("blk.0.attn_k.weight", [Width, Width]), ("blk.0.attn_v.weight", [Width, Width]), ("blk.0.attn_output.weight", [Width, Width]), ("blk.0.ffn_norm.weight", [Width]),
            ("blk.0.ffn_gate.weight", [FeedForward, Width]), ("blk.0.ffn_up.weight", [FeedForward, Width]), ("blk.0.ffn_down.weight", [Width, FeedForward]),
        ];
        foreach (var (name, shape) in tensors)
            writer.Declare(name, TensorType.F32, shape);
        var random = new Random(5);
        foreach (var (name, shape) in tensors)
            writer.Append(MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5))]));
        writer.Complete();
    }
}
