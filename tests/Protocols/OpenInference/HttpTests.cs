using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Protocols.Tests.OpenInference;

/// <summary>The REST form, as the specification and Triton's client have it.</summary>
public sealed class HttpTests
{
    private const string Request = """
        {"id": "r1", "inputs": [
          {"name": "airport", "shape": [1], "datatype": "BYTES", "data": ["ATL"]},
          {"name": "origin", "shape": [1, 1], "datatype": "BYTES", "data": [["ATL"]]},
          {"name": "hour", "shape": [1, 1], "datatype": "FP32", "data": [8]}]}
        """;

    private static readonly TestModel Model = new();

    [Fact]
    public async Task A_request_with_ids_alone_is_answered_with_features_looked_up()
    {
        await using var server = await StartAsync();
        var answer = await InferAsync(server, Request);
        Assert.Equal("flights", answer.GetProperty("model_name").GetString());
        Assert.Equal("1", answer.GetProperty("model_version").GetString());
        Assert.Equal("r1", answer.GetProperty("id").GetString());
        var outputs = answer.GetProperty("outputs");
        Assert.Equal(["probability", "label"], outputs.EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(["FP32", "INT64"], outputs.EnumerateArray().Select(output => output.GetProperty("datatype").GetString()));
        Assert.Equal(Model.Probability("ATL", 8, 0.4), outputs[0].GetProperty("data")[0].GetDouble(), 1e-6);
        Assert.Equal(1, outputs[0].GetProperty("shape")[0].GetInt64());
    }

    [Fact]
    public async Task The_order_of_members_does_not_matter()
    {
        await using var server = await StartAsync();
        var shuffled = """
            {"outputs": [{"name": "label"}], "unknown": {"x": [1, {"y": 2}]}, "inputs": [
              {"data": ["ATL"], "datatype": "BYTES", "name": "airport", "shape": [1], "parameters": {"a": 1}},
              {"datatype": "BYTES", "data": ["A\u0054L"], "shape": [1, 1], "name": "origin"},
              {"shape": [1], "data": [8.0], "name": "h\u006fur", "datatype": "FP64"}], "parameters": {"priority": 3}}
            """;
        var output = Assert.Single((await InferAsync(server, shuffled)).GetProperty("outputs").EnumerateArray());
        Assert.Equal("label", output.GetProperty("name").GetString());
        Assert.Equal(Model.Probability("ATL", 8, 0.4) >= 0.5 ? 1 : 0, output.GetProperty("data")[0].GetInt64());
    }

    [Fact]
    public async Task A_batch_comes_nested_or_flat()
    {
        await using var server = await StartAsync();
        var batch = """
            {"inputs": [
              {"name": "airport", "shape": [3, 1], "datatype": "BYTES", "data": ["ATL", "SFO", "ATL"]},
              {"name": "origin", "shape": [3, 1], "datatype": "BYTES", "data": [["ATL"], ["SFO"], ["SFO"]]},
              {"name": "hour", "shape": [3, 1], "datatype": "INT32", "data": [1, 2, 3]}]}
            """;
        var answer = await InferAsync(server, batch);
        Assert.Equal(
            [Model.Probability("ATL", 1, 0.4), Model.Probability("SFO", 2, -0.3), Model.Probability("SFO", 3, 0.4)],
            answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetDouble()), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.True(Guid.TryParse(answer.GetProperty("id").GetString(), out var id) && id.Version == 7);
    }

    [Fact]
    public async Task Tensors_go_both_ways_as_bytes_behind_the_JSON()
    {
        await using var server = await StartAsync();
        byte[] text = [3, 0, 0, 0, .. "ATL"u8];
        var number = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, 8);
        var head = Encoding.UTF8.GetBytes("""
            {"inputs": [
              {"name": "airport", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 7}},
              {"name": "origin", "shape": [1, 1], "datatype": "BYTES", "data": ["ATL"]},
              {"name": "hour", "shape": [1, 1], "datatype": "FP32", "parameters": {"binary_data_size": 4}}],
             "outputs": [{"name": "label", "parameters": {"binary_data": false}}, {"name": "probability", "parameters": {"binary_data": true}}]}
            """);
        using var content = new ByteArrayContent([.. head, .. text, .. number]);
        content.Headers.Add("Inference-Header-Content-Length", head.Length.ToString(CultureInfo.InvariantCulture));
        var response = await server.Http.PostAsync("/v2/models/flights/infer", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync();
        var length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        var json = JsonDocument.Parse(body.AsMemory(0, length)).RootElement;
        Assert.False(json.GetProperty("outputs")[0].TryGetProperty("parameters", out _));
        Assert.Equal(4, json.GetProperty("outputs")[1].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(Model.Probability("ATL", 8, 0.4), BinaryPrimitives.ReadSingleLittleEndian(body.AsSpan(length)), 1e-6);
    }

    [Theory]
    [InlineData("""not json""", "JSON")]
    [InlineData("""{"inputs": []""", "JSON")]
    [InlineData("""[]""", "an object")]
    [InlineData("""{"inputs": {}}""", "'inputs'")]
    [InlineData("""{"inputs": []}""", "'origin'")]
    [InlineData("""{"inputs": [{"shape": [1], "datatype": "FP32", "data": [1]}]}""", "no name")]
    [InlineData("""{"inputs": [{"name": "hour", "datatype": "FP32", "data": [1]}]}""", "'hour' has no shape")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "data": [1]}]}""", "'hour' has no datatype")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32"}]}""", "'hour' has no data")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FLOAT", "data": [1]}]}""", "FP32")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [2], "datatype": "FP32", "data": [1]}]}""", "'hour' has 1 values")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "data": [1, 2]}]}""", "'hour' has more values")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1.5], "datatype": "FP32", "data": [1]}]}""", "shape")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "data": ["x"]}]}""", "'hour' has text")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "data": [null]}]}""", "'hour' is NaN")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "data": [NaN]}]}""", "JSON")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "data": [1e999]}]}""", "'hour'")]
    [InlineData("""{"inputs": [{"name": "minute", "shape": [1], "datatype": "FP32", "data": [1]}]}""", "'minute'")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "parameters": {"binary_data_size": 4}}]}""", "binary_data_size")]
    [InlineData("""{"inputs": [{"name": "hour", "shape": [1], "datatype": "FP32", "parameters": {"shared_memory_region": "a"}}]}""", "Shared memory")]
    [InlineData("""{"parameters": {"event_time": "yesterday"}}""", "event_time")]
    public async Task A_bad_request_is_answered_with_400_and_what_is_wrong(string body, string word)
    {
        await using var server = await StartAsync();
        var response = await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(word, await ErrorAsync(response));
    }

    [Fact]
    public async Task An_output_that_does_not_exist_is_named()
    {
        await using var server = await StartAsync();
        var response = await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(Request.Replace("\"id\"", "\"outputs\": [{\"name\": \"odds\"}], \"id\"", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("'odds'", await ErrorAsync(response));
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer")]
    [InlineData("/v2/models/flights/versions/9/infer")]
    [InlineData("/v2/models/flights/versions/latest/infer")]
    public async Task An_unknown_model_or_version_is_404(string path)
    {
        await using var server = await StartAsync();
        var response = await server.Http.PostAsync(path, new StringContent(Request));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.NotEmpty(await ErrorAsync(response));
    }

    [Fact]
    public async Task A_model_without_a_champion_is_not_ready_and_answers_503()
    {
        await using var server = await InferenceTestServer.StartAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync("/v2/models/flights/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(Request))).StatusCode);
    }

    [Fact]
    public async Task The_server_and_its_models_describe_themselves()
    {
        await using var server = await StartAsync();
        var about = await GetAsync(server, "/v2");
        Assert.Equal("orrery", about.GetProperty("name").GetString());
        Assert.Equal("binary_tensor_data", about.GetProperty("extensions")[0].GetString());
        Assert.True((await GetAsync(server, "/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await GetAsync(server, "/v2/health/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync(server, "/v2/models/flights/versions/1/ready")).GetProperty("ready").GetBoolean());
        var model = await GetAsync(server, "/v2/models/flights");
        Assert.Equal("onnx_onnxv1", model.GetProperty("platform").GetString());
        Assert.Equal("1", model.GetProperty("versions")[0].GetString());
        Assert.Equal(["airport BYTES", "origin BYTES", "hour FP32"], model.GetProperty("inputs").EnumerateArray().Select(Describe));
        Assert.Equal(["probability FP32", "label INT64"], model.GetProperty("outputs").EnumerateArray().Select(Describe));

        static string Describe(JsonElement tensor) => $"{tensor.GetProperty("name")} {tensor.GetProperty("datatype")}";
    }

    [Fact]
    public async Task Nobody_predicts_without_signing_in_but_probes_may_ask()
    {
        await using var server = await StartAsync();
        server.Http.DefaultRequestHeaders.Add("Anonymous", "yes");
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(Request))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/v2/models/flights")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/v2/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Versions_are_swapped_under_load_without_a_failed_request()
    {
        await using var server = await StartAsync();
        var second = await server.Serving.RegisterAsync(Model with { Bias = 2 });
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var answers = 0;
            for (; !over.IsCancellationRequested; answers++)
            {
                using var response = await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(Request));
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            return answers;
        })).ToArray();
        var first = second.Ref with { Number = 1 };
        for (var i = 0; i < 10; i++)
            await server.Serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, i % 2 == 0 ? second.Ref : first);
        await over.CancelAsync();
        Assert.All(await Task.WhenAll(clients), answers => Assert.NotEqual(0, answers));
    }

    private static async Task<InferenceTestServer> StartAsync()
    {
        var server = await InferenceTestServer.StartAsync();
        await server.Serving.DeployAsync(Model);
        return server;
    }

    private static async Task<JsonElement> InferAsync(InferenceTestServer server, string body)
    {
        var response = await server.Http.PostAsync("/v2/models/flights/infer", new StringContent(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> GetAsync(InferenceTestServer server, string path) =>
        JsonDocument.Parse(await server.Http.GetStringAsync(path)).RootElement;

    private static async Task<string> ErrorAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!;
}
