using System.Net;
using System.Text.Json;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Tracking;

/// <summary>
/// How requests are read and refused. The pairs follow mlflow/protos/service.proto, the REST reference (mlflow.org/docs/latest/rest-api.html) and proto3's
/// JSON mapping (protobuf.dev/programming-guides/json).
/// </summary>
public sealed class WireTests
{
    [Fact]
    public async Task A_doubled_slash_leads_to_the_path_with_one()
    {
        await using var server = await MlflowServer.StartAsync();
        Assert.Equal(308, (await server.RawAsync("GET", "//api/2.0/mlflow//experiments/get?experiment_id=0")).Status);
        var answer = await server.Http.GetStringAsync(new Uri(server.Address, "//api/2.0/mlflow//experiments/get?experiment_id=0".Insert(0, server.Address.GetLeftPart(UriPartial.Authority))));
        Assert.Contains("Default", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/2.0/mlflow")]
    [InlineData("/ajax-api/2.0/mlflow")]
    public async Task Both_prefixes_serve_the_same(string prefix)
    {
        await using var server = await TrackingServer.StartAsync();
        var (status, json) = await server.SendAsync(HttpMethod.Get, $"{prefix}/experiments/get?experiment_id=0", null);
        Assert.Equal((HttpStatusCode.OK, "Default"), (status, json.GetProperty("experiment").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Probes_answer_plain_text_to_strangers()
    {
        await using var server = await TrackingServer.StartAsync();
        using var stranger = server.ClientOf(Role.Viewer);
        stranger.DefaultRequestHeaders.Clear();
        Assert.Equal("OK", await stranger.GetStringAsync(new Uri("/health", UriKind.Relative)));
        Assert.Matches(@"^3\.\d+\.\d+$", await stranger.GetStringAsync(new Uri("/version", UriKind.Relative)));
    }

    [Theory]
    [InlineData("""{"run_id": 31, "key": "m", "value": 1, "timestamp": 1}""", "Invalid value 31 for parameter 'run_id' supplied:  Hint: Value was of type 'int'.")]
    [InlineData("""{"run_id": "R", "key": 31, "value": 1, "timestamp": 1}""", "Invalid value 31 for parameter 'key' supplied")]
    [InlineData("""{"run_id": "R", "key": "m", "value": "x", "timestamp": 1}""", "Invalid value \"x\" for parameter 'value' supplied")]
    [InlineData("""{"run_id": "R", "key": "m", "value": 1, "timestamp": 1.5}""", "Invalid value 1.5 for parameter 'timestamp' supplied:  Hint: Value was of type 'float'.")]
    [InlineData("""{"run_id": "R", "key": "m", "value": 1, "timestamp": -1}""", "Invalid value -1 for parameter 'timestamp' supplied")]
    [InlineData("""{"run_id": "R", "key": "m", "value": 1, "timestamp": 1, "step": "foo"}""", "Invalid value \"foo\" for parameter 'step' supplied")]
    [InlineData("""{"run_id": null, "key": "m", "value": 1, "timestamp": 1}""", "Missing value for required parameter 'run_id'.")]
    [InlineData("""{"run_id": "R", "value": 1, "timestamp": 1}""", "Missing value for required parameter 'key'.")]
    [InlineData("""{"run_id": "R", "key": "m", "timestamp": 1}""", "Missing value for required parameter 'value'.")]
    [InlineData("""{"run_id": "R", "key": "m", "value": 1}""", "Missing value for required parameter 'timestamp'.")]
    [InlineData("""{"run_id": "R", "key": "../m", "value": 1, "timestamp": 1}""", "must not resolve to other names")]
    [InlineData("""{"run_id": "R", "key": "m#", "value": 1, "timestamp": 1}""", "Names may only contain alphanumerics")]
    [InlineData("""{"run_id": "R", "key": """, "The body is no JSON")]
    [InlineData("""[1]""", "The body must be a JSON object")]
    public async Task A_wrong_request_is_refused_in_MLflows_words(string json, string message)
    {
        await using var server = await TrackingServer.StartAsync();
        await server.RefusedAsync("runs/log-metric", json.Replace("R", await server.RunAsync(), StringComparison.Ordinal), message);
    }

    [Theory]
    [InlineData("""{"experiment_id": "0", "run_name": "a\ud83d"}""", "at byte 37 stands half of a surrogate pair")]
    [InlineData("""{"experiment_id": "0", "run_name": "\udca9b"}""", "half of a surrogate pair")]
    [InlineData("""{"experiment_id": "0", "run_name": "\ud83d\ud83d\udca9"}""", "half of a surrogate pair")]
    [InlineData("""{"experiment_id": "0", "run_name": "\ud83d\n"}""", "half of a surrogate pair")]
    [InlineData("""{"experiment_id": "0", "tags": [{"key": "note", "value": "a\u0000b"}]}""", "holds a NUL character")]
    public async Task Text_that_is_none_is_refused(string json, string message)
    {
        await using var server = await TrackingServer.StartAsync();
        await server.RefusedAsync("runs/create", json, message);
    }

    [Fact]
    public async Task Whole_pairs_and_escaped_backslashes_are_text()
    {
        await using var server = await TrackingServer.StartAsync();
        var (status, json) = await server.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/create", """{"experiment_id": "0", "run_name": "\ud83d\udca9 \\ud83d"}""");
        Assert.Equal((HttpStatusCode.OK, "\ud83d\udca9 \\ud83d"), (status, json.GetProperty("run").GetProperty("info").GetProperty("run_name").GetString()));
    }

    [Fact]
    public async Task A_scheduled_run_is_scheduled_until_it_is_said_to_run()
    {
        await using var server = await TrackingServer.StartAsync();
        var run = await server.RunAsync();
        foreach (var word in (string[])["SCHEDULED", "RUNNING", "FINISHED"])
        {
            var (_, json) = await server.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/update", $$"""{"run_id": "{{run}}", "status": "{{word}}"}""");
            Assert.Equal(word, json.GetProperty("run_info").GetProperty("status").GetString());
            var (_, found) = await server.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/search", $$"""{"experiment_ids": ["0"], "filter": "status = '{{word}}'"}""");
            Assert.Equal(run, found.GetProperty("runs")[0].GetProperty("info").GetProperty("run_id").GetString());
        }
    }

    [Theory]
    [InlineData("0.5", "0.5")]
    [InlineData("\"0.5\"", "0.5")]
    [InlineData("\"NaN\"", "\"NaN\"")]
    [InlineData("NaN", "\"NaN\"")] // as Python's json module writes it
    [InlineData("-Infinity", "\"-Infinity\"")]
    [InlineData("\"Infinity\"", "\"Infinity\"")]
    [InlineData("1e400", "\"Infinity\"")]
    public async Task Numbers_come_in_all_forms_of_proto3_and_of_Python(string sent, string answered)
    {
        await using var server = await TrackingServer.StartAsync();
        var run = await server.RunAsync();
        await server.DoAsync("runs/log-metric", $$"""{"run_id": "{{run}}", "key": "m", "value": {{sent}}, "timestamp": "17", "step": "3", "unknown": {"a": 1} }""");
        var (_, json) = await server.GetAsync($"metrics/get-history?run_uuid={run}&metric_key=m");
        Assert.Equal($$"""{"key":"m","value":{{answered}},"timestamp":17,"step":3}""", json.GetProperty("metrics")[0].GetRawText());
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused_and_a_doubly_encoded_one_read()
    {
        await using var server = await TrackingServer.StartAsync();
        using var client = server.ClientOf(Role.Editor);
        using var form = new StringContent("name=x", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        using var refused = await client.PostAsync(new Uri("/api/2.0/mlflow/experiments/create", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Content-Type must be one of ['application/json']", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("1", (await server.DoAsync("experiments/create", JsonSerializer.Serialize("""{"name": "x"}"""))).GetProperty("experiment_id").GetString());
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_MLflows_shape()
    {
        await using var server = await TrackingServer.StartAsync();
        await server.RefusedAsync("traces/imagine", "{}", "does not serve POST", "ENDPOINT_NOT_FOUND", HttpStatusCode.NotFound);
        await server.RefusedAsync("runs/update", """{"run_id": "nonsense"}""", "Run with id=nonsense not found", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound);
        await server.RefusedAsync("experiments/delete", """{"experiment_id": "99"}""", "id=99", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("experiments/create", """{"name": "x"}""")]
    [InlineData("runs/create", """{"experiment_id": "0"}""")]
    [InlineData("runs/log-batch", """{"run_id": "x"}""")]
    [InlineData("logged-models", """{"experiment_id": "0"}""")]
    public async Task A_viewer_changes_nothing(string path, string json)
    {
        await using var server = await TrackingServer.StartAsync();
        using var viewer = server.ClientOf(Role.Viewer);
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await viewer.PostAsync(new Uri($"/api/2.0/mlflow/{path}", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }
}
