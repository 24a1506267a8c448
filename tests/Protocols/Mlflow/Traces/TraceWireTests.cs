using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Orrery.Ledger.Traces;
using Orrery.Protocols.Tests.Otlp;
using Xunit;
using static Orrery.Protocols.Tests.Otlp.OtlpServer;

namespace Orrery.Protocols.Tests.Mlflow.Traces;

public sealed class TraceWireTests
{
    private const string TraceId = "tr-01010101010101010101010101010101";
    private const string FilePath = $"/api/2.0/mlflow-artifacts/artifacts/0/traces/{TraceId}/artifacts/traces.json";

    // What mlflow 3.5 sends for a trace (mlflow/tracing/export/mlflow_v3.py), after its spans by OTLP.
    private const string Start =
        """
        {"trace": {"trace_info": {"trace_id": "tr-01010101010101010101010101010101", "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}},
          "request_preview": "{\"x\": 1}", "response_preview": "2", "request_time": "2026-01-01T12:00:00.250Z", "execution_duration": "1.500s", "state": "OK",
          "trace_metadata": {"mlflow.trace_schema.version": "3", "mlflow.trace.tokenUsage": "{\"input_tokens\": 3, \"output_tokens\": 4, \"total_tokens\": 7}"}, "tags": {"mlflow.traceName": "predict"},
          "assessments": [{"assessment_name": "ok", "feedback": {"value": true}, "source": {"source_type": "HUMAN", "source_id": "ada"}}]}}}
        """;

    [Fact]
    public async Task A_trace_comes_back_as_it_went()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.ExportAsync(Request(NewSpan()).ToByteArray());
        var (_, started) = await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/traces", Start);
        var info = started.GetProperty("trace").GetProperty("trace_info");
        Assert.Equal(("2026-01-01T12:00:00.25Z", "1.5s", "OK"), (info.GetProperty("request_time").GetString(), info.GetProperty("execution_duration").GetString(), info.GetProperty("state").GetString()));
        Assert.Equal("0", info.GetProperty("trace_location").GetProperty("mlflow_experiment").GetProperty("experiment_id").GetString());
        Assert.Equal($"mlflow-artifacts:/0/traces/{TraceId}/artifacts", info.GetProperty("tags").GetProperty("mlflow.artifactLocation").GetString());
        Assert.Equal("TRACKING_STORE", info.GetProperty("tags").GetProperty("mlflow.trace.spansLocation").GetString());
        Assert.True(Assert.Single(info.GetProperty("assessments").EnumerateArray()).GetProperty("feedback").GetProperty("value").GetBoolean());

        var (_, got) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/traces/{TraceId}");
        Assert.Equal(started.GetRawText(), got.GetRawText());
        var (_, old) = await SendAsync(server, HttpMethod.Get, $"/api/2.0/mlflow/traces/{TraceId}/info");
        Assert.Equal((1767268800250, 1500), (old.GetProperty("trace_info").GetProperty("timestamp_ms").GetInt64(), old.GetProperty("trace_info").GetProperty("execution_time_ms").GetInt64()));
        var (_, whole) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/traces/get?trace_id={TraceId}");
        Assert.Equal("AQEBAQEBAQE=", Assert.Single(whole.GetProperty("trace").GetProperty("spans").EnumerateArray()).GetProperty("span_id").GetString());
        var (_, many) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/traces/batchGet?trace_ids={TraceId}&trace_ids=tr-none");
        Assert.Single(many.GetProperty("traces").EnumerateArray());
        Assert.Equal(7, (await server.Get<ITraces>().GetAsync(MlflowServer.Admin, TraceId)).Usage!.TotalTokens);
    }

    [Fact]
    public async Task Tokens_of_other_exporters_stand_where_MLflows_clients_look_for_them()
    {
        await using var server = await MlflowServer.StartAsync();
        var span = NewSpan();
        span.Attributes.Add(new Protocols.Otlp.Messages.KeyValue { Key = "gen_ai.usage.input_tokens", Value = new() { IntValue = 12 } });
        await server.ExportAsync(Request(span).ToByteArray());
        var (_, got) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/traces/{TraceId}");
        var usage = got.GetProperty("trace").GetProperty("trace_info").GetProperty("trace_metadata").GetProperty("mlflow.trace.tokenUsage").GetString()!;
        Assert.Equal(12, JsonDocument.Parse(usage).RootElement.GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("trace_id", "\"../../x\"", "no id of a trace")]
    [InlineData("request_time", "\"yesterday\"", "request_time")]
    [InlineData("execution_duration", "\"1e400s\"", "execution_duration")]
    [InlineData("execution_duration", "\"-1s\"", "ends before")]
    [InlineData("state", "\"FINE\"", "state")]
    [InlineData("assessments", """[{"assessment_name": "a"}]""", "feedback")]
    [InlineData("trace_location", """{"mlflow_experiment": {"experiment_id": "99"}}""", "99")]
    [InlineData("trace_location", """{"type": "INFERENCE_TABLE"}""", "trace_location")]
    [InlineData("trace_metadata", "[]", "trace_metadata")]
    public async Task What_is_no_trace_is_refused(string field, string value, string reason)
    {
        await using var server = await MlflowServer.StartAsync();
        var info = new Dictionary<string, string>
        {
            ["trace_id"] = "\"tr-1\"",
            ["request_time"] = "\"2026-01-01T12:00:00Z\"",
            ["trace_location"] = """{"mlflow_experiment": {"experiment_id": "0"}}""",
            [field] = value,
        };
        var body = "{\"trace\": {\"trace_info\": {" + string.Join(", ", info.Select(pair => $"\"{pair.Key}\": {pair.Value}")) + "}}}";
        var (status, answer) = await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/traces", body);
        Assert.True((int)status is 400 or 404, $"{status} {answer}");
        Assert.Contains(reason, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(await server.KeptAsync());
    }

    [Fact]
    public async Task An_uploaded_file_of_spans_is_taken_in()
    {
        await using var server = await MlflowServer.StartAsync();
        await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/traces", Start);
        // As mlflow 2.17 wrote it: the trace's own id is another than its spans'.
        const string file =
            """
            {"spans": [{"name": "root", "context": {"span_id": "0x7e5ef4d1b8c13a2f", "trace_id": "0x0af7651916cd43dd8448eb211c80319c"}, "parent_id": null, "start_time": 1700000000000000000,
              "end_time": 1700000001000000000, "status_code": "OK", "status_message": "", "attributes": {"mlflow.traceRequestId": "\"x\"", "mlflow.spanType": "\"LLM\"", "mlflow.spanInputs": "{\"q\": [1, 2.5, null]}"},
              "events": [{"name": "e", "timestamp": 1700000000500000000, "attributes": {"n": 1}}]}]}
            """;
        await PutAsync(server, file);
        var span = Assert.Single(await server.Get<ITraces>().SpansAsync(MlflowServer.Admin, TraceId));
        Assert.Equal(("7e5ef4d1b8c13a2f", "0af7651916cd43dd8448eb211c80319c", 1700000000500000000), (span.Id, span.TraceId, Assert.Single(span.Events).Time));
        Assert.Equal("predict", Assert.Single((await server.Get<ITraces>().SearchAsync(MlflowServer.Admin, new([0], "span.type = 'LLM'"))).Items).Name);
        Assert.Equal(file, await server.Http.GetStringAsync(new Uri(FilePath, UriKind.Relative))); // the file itself stays as it is
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("""{"spans": [1]}""")]
    [InlineData("""{"spans": [{"trace_id": "x", "span_id": "y", "name": "n", "start_time_unix_nano": 1e300}]}""")]
    public async Task A_file_that_holds_no_spans_stays_a_file(string file)
    {
        await using var server = await MlflowServer.StartAsync();
        await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/traces", Start);
        await PutAsync(server, file);
        Assert.Equal(file, await server.Http.GetStringAsync(new Uri(FilePath, UriKind.Relative)));
        Assert.Empty(await server.Get<ITraces>().SpansAsync(MlflowServer.Admin, TraceId));
    }

    [Fact]
    public async Task Spans_that_came_without_a_file_are_read_as_one()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.ExportAsync(Request(NewSpan(), NewSpan(1, 2, "child")).ToByteArray());
        foreach (var path in (string[])[FilePath, $"/ajax-api/2.0/mlflow/get-trace-artifact?request_id={TraceId}"])
        {
            using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal("attachment; filename=traces.json", response.Content.Headers.ContentDisposition!.ToString());
            var spans = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("spans").EnumerateArray().ToList();
            Assert.Equal(["root", "child"], spans.Select(span => span.GetProperty("name").GetString()));
            Assert.Equal($"\"{TraceId}\"", spans[0].GetProperty("attributes").GetProperty("mlflow.traceRequestId").GetString()); // JSON within a text
        }

        await server.Get<ITraces>().RecordAsync(MlflowServer.Admin, new("tr-bare", 0, TraceState.Ok, DateTimeOffset.UnixEpoch));
        foreach (var id in (string[])["tr-none", "tr-bare"])
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(server, HttpMethod.Get, $"/ajax-api/2.0/mlflow/get-trace-artifact?request_id={id}")).Status);
    }

    [Fact]
    public async Task An_assessment_lives_its_life()
    {
        await using var server = await MlflowServer.StartAsync();
        await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/traces", Start);
        var path = $"/api/3.0/mlflow/traces/{TraceId}/assessments";
        var (_, made) = await SendAsync(server, HttpMethod.Post, path,
            """{"assessment": {"assessment_name": "judge", "feedback": {"error": {"error_code": "E", "error_message": "m"}}, "source": {"source_type": 2, "source_id": "gpt"}}}""");
        var id = made.GetProperty("assessment").GetProperty("assessment_id").GetString();
        Assert.Equal("LLM_JUDGE", made.GetProperty("assessment").GetProperty("source").GetProperty("source_type").GetString());

        var (status, refused) = await SendAsync(server, HttpMethod.Patch, $"{path}/{id}", """{"assessment": {"expectation": {"value": 1}}, "update_mask": "expectation"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (status, refused.GetProperty("error_code").GetString()));
        var (_, changed) = await SendAsync(server, HttpMethod.Patch, $"{path}/{id}", """{"assessment": {"feedback": {"value": [1, "a"]}, "rationale": "so"}, "update_mask": "feedback,rationale"}""");
        Assert.Equal("a", changed.GetProperty("assessment").GetProperty("feedback").GetProperty("value")[1].GetString());
        Assert.False(changed.GetProperty("assessment").GetProperty("feedback").TryGetProperty("error", out _));

        foreach (var wrong in (string[])
        [
            "{}", """{"assessment": {"assessment_name": "a"}}""", """{"assessment": {"assessment_name": "a", "feedback": {}}}""",
            """{"assessment": {"assessment_name": "a", "expectation": {"serialized_value": {"serialization_format": "PICKLE", "value": "x"}}}}""",
            """{"assessment": {"assessment_name": "a", "expectation": {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": "{"}}}}""",
            """{"assessment": {"assessment_name": "a", "feedback": {"value": 1}, "overrides": "a-none"}}""",
        ])
        {
            var (refusal, _) = await SendAsync(server, HttpMethod.Post, path, wrong);
            Assert.True((int)refusal is 400 or 404, wrong);
        }

        await SendAsync(server, HttpMethod.Delete, $"{path}/{id}");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, HttpMethod.Delete, $"{path}/{id}")).Status); // gone is gone
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(server, HttpMethod.Get, $"{path}/{id}")).Status);
    }

    [Fact]
    public async Task Evaluation_datasets_page_their_records()
    {
        await using var server = await MlflowServer.StartAsync();
        var (_, made) = await SendAsync(server, HttpMethod.Post, "/api/3.0/mlflow/datasets/create", """{"name": "qa", "experiment_ids": ["0"], "tags": "{\"a\": \"b\", \"n\": 1}"}""");
        var id = made.GetProperty("dataset").GetProperty("dataset_id").GetString();
        var records = JsonSerializer.Serialize(Enumerable.Range(0, 3).Select(i => new { inputs = new { q = i }, outputs = "o", source = new { source_type = "HUMAN", source_data = new { source_id = "ada" } } }));
        await SendAsync(server, HttpMethod.Post, $"/api/3.0/mlflow/datasets/{id}/records", JsonSerializer.Serialize(new { records }));
        var (_, first) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/datasets/{id}/records?max_results=2");
        var (_, second) = await SendAsync(server, HttpMethod.Get, $"/api/3.0/mlflow/datasets/{id}/records?max_results=2&page_token={first.GetProperty("next_page_token").GetString()}");
        var all = new[] { first, second }.SelectMany(page => JsonDocument.Parse(page.GetProperty("records").GetString()!).RootElement.EnumerateArray()).ToList();
        Assert.Equal([0, 1, 2], all.Select(record => record.GetProperty("inputs").GetProperty("q").GetInt32()).Order());
        Assert.Equal(("o", "ada", "HUMAN"), (all[0].GetProperty("outputs").GetString(), all[0].GetProperty("source_id").GetString(), all[0].GetProperty("source_type").GetString()));
        foreach (var wrong in (string[])["{", "{}", "[1]", """[{"outputs": 1}]"""])
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(server, HttpMethod.Post, $"/api/3.0/mlflow/datasets/{id}/records", JsonSerializer.Serialize(new { records = wrong }))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(server, HttpMethod.Get, "/api/3.0/mlflow/datasets/d-1/records")).Status);
    }

    private static async Task PutAsync(MlflowServer server, string content)
    {
        using var body = new StringContent(content, Encoding.UTF8, "application/json");
        using var response = await server.Http.PutAsync(new Uri(FilePath, UriKind.Relative), body);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(MlflowServer server, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await server.Http.SendAsync(request);
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }
}
