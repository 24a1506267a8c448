using CsCheck;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Whatever a client sends, it is told what is wrong; nothing of it is a fault of the server's.</summary>
public sealed class RandomBodyTests
{
    private static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.Const("null"), Gen.Const("true"), Gen.Const("\"chat\""), Gen.Const("\"local\""), Gen.Const("\"\\ud800\""), Gen.Const("1e400"), Gen.Const("-1"), Gen.Const("0.5"), Gen.Const("\"user\""),
        Gen.Const("{}"), Gen.Const("[]"), Gen.Const("[[1]]"), Gen.Const("[{\"role\":\"user\",\"content\":\"Hi\"}]"), Gen.Const("[{\"role\":\"tool\",\"content\":[{\"type\":\"image\"}]}]"),
        Gen.Const("{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"x\"}}}"), Gen.Const("[{\"type\":\"function\",\"function\":{}}]"), Gen.Int.Select(number => number.ToString()));

    private static readonly string[] Names =
    [
        "model", "messages", "prompt", "input", "stream", "stream_options", "temperature", "top_p", "n", "seed", "stop", "max_tokens", "tools", "tool_choice", "response_format", "logprobs",
        "top_logprobs", "logit_bias", "encoding_format", "dimensions", "chat_template_kwargs", "grammar", "query", "documents", "top_n", "return_documents", "instructions", "store",
        "background", "text", "previous_response_id", "metadata", "reasoning", "max_output_tokens",
    ];

    private static readonly Gen<string> Name = Gen.Int[0, Names.Length - 1].Select(index => Names[index]);

    private static readonly Gen<string> Body = Gen.Frequency(
        (8, Gen.Select(Name, Scalar).List[0, 6].Select(fields => $"{{\"model\":\"chat\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}],\"prompt\":\"a\",\"input\":\"a\",\"query\":\"q\",\"documents\":[\"d\"]{string.Concat(fields.DistinctBy(field => field.Item1).Where(field => field.Item1 is not ("model" or "messages" or "prompt" or "input" or "query" or "documents")).Select(field => $",\"{field.Item1}\":{field.Item2}"))}}}")),
        (4, Gen.Select(Name, Scalar).List[0, 6].Select(fields => $"{{{string.Join(',', fields.Select(field => $"\"{field.Item1}\":{field.Item2}"))}}}")),
        (1, Scalar),
        (1, Gen.String[0, 20]));

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/rerank")]
    [InlineData("/v1/responses")]
    [InlineData("/v1/moderations")]
    public async Task Two_hundred_random_bodies_are_never_a_500(string path)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["good"]);
        await Body.SampleAsync(async body =>
        {
            var (status, text) = await server.PostAsync(path, body);
            Assert.True((int)status is >= 200 and < 500, $"{(int)status} {text} for {body}");
        }, iter: 200, threads: 1);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/completions")]
    public async Task Nor_are_they_where_the_engine_itself_reads_them(string path)
    {
        await using var server = await LocalModelTests.StartAsync();
        await Body.SampleAsync(async body =>
        {
            // Short answers, unless the body wants otherwise.
            var asked = body.Replace("{\"model\":\"chat\",", body.Contains("max_tokens", StringComparison.Ordinal) ? "{\"model\":\"local\"," : "{\"model\":\"local\",\"max_tokens\":2,", StringComparison.Ordinal);
            var (status, text) = await server.PostAsync(path, asked);
            Assert.True((int)status is >= 200 and < 500, $"{(int)status} {text} for {asked}");
        }, iter: 200, threads: 1);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var (status, text) = await server.PostAsync("/v1/chat/completions", "{\"model\":\"" + new string('a', 200_000) + "\"}");
        Assert.Equal(400, (int)status);
        Assert.Contains("larger than 100000 bytes", text, StringComparison.Ordinal);
    }
}
