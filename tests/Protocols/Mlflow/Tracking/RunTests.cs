using System.Net;
using System.Text.Json;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Tracking;

/// <summary>Runs and what is logged to them; pairs after mlflow.org/docs/latest/rest-api.html#create-run and those behind it.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task A_run_is_made_logged_to_ended_and_resumed()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = await server.RunAsync(""", "start_time": 456, "run_name": "my name", "user_id": "ada", "tags": [{"key": "mlflow.source.git.commit", "value": "abc"}]""");
        await server.DoAsync("runs/log-batch", $$"""
            {"run_id": "{{id}}", "metrics": [{"key": "auc", "value": 0.5, "timestamp": 7, "step": 1}, {"key": "auc", "value": 0.75, "timestamp": 8, "step": 2}],
             "params": [{"key": "lr", "value": "0.1"}, {"key": "none"}], "tags": [{"key": "t", "value": "1"}, {"key": "t", "value": "2"}]}
            """);
        await server.DoAsync("runs/update", $$"""{"run_id": "{{id}}", "status": "FINISHED", "end_time": 999}""");

        var run = (await server.GetAsync($"runs/get?run_id={id}")).Json.GetProperty("run");
        var info = run.GetProperty("info");
        Assert.Equal(("my name", "0", "ada", "FINISHED", "active"), (Text(info, "run_name"), Text(info, "experiment_id"), Text(info, "user_id"), Text(info, "status"), Text(info, "lifecycle_stage")));
        Assert.Equal((456, 999), (info.GetProperty("start_time").GetInt64(), info.GetProperty("end_time").GetInt64()));
        Assert.Equal($"mlflow-artifacts:/0/{id}/artifacts", Text(info, "artifact_uri"));
        Assert.Equal("""[{"key":"auc","value":0.75,"timestamp":8,"step":2}]""", run.GetProperty("data").GetProperty("metrics").GetRawText());
        Assert.Equal(["lr=0.1", "none="], Pairs(run, "params"));
        Assert.Equal(["mlflow.runName=my name", "mlflow.source.git.commit=abc", "mlflow.user=ada", "t=2"], Pairs(run, "tags").Order(StringComparer.Ordinal));

        await server.DoAsync("runs/update", $$"""{"run_id": "{{id}}", "status": "RUNNING"}""");
        await server.DoAsync("runs/set-tag", $$"""{"run_id": "{{id}}", "key": "mlflow.runName", "value": "renamed"}""");
        info = (await server.GetAsync($"runs/get?run_id={id}")).Json.GetProperty("run").GetProperty("info");
        Assert.Equal(("renamed", "RUNNING"), (Text(info, "run_name"), Text(info, "status")));
    }

    [Fact]
    public async Task A_parameter_never_changes()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = await server.RunAsync();
        await server.DoAsync("runs/log-parameter", $$"""{"run_id": "{{id}}", "key": "lr", "value": "0.1"}""");
        await server.DoAsync("runs/log-parameter", $$"""{"run_id": "{{id}}", "key": "lr", "value": "0.1"}""");
        await server.RefusedAsync("runs/log-parameter", $$"""{"run_id": "{{id}}", "key": "lr", "value": "0.2"}""", "Changing param values is not allowed. Param with key='lr' was already logged with value='0.1'");
        await server.RefusedAsync("runs/log-batch", $$"""{"run_id": "{{id}}", "params": [{"key": "a", "value": "1"}, {"key": "a", "value": "1"}]}""", "Duplicate parameter keys have been submitted: ['a']");
    }

    [Fact]
    public async Task A_batch_has_bounds_and_is_all_or_nothing()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = await server.RunAsync();
        var metric = """{"key": "m", "value": 1, "timestamp": 1}""";
        await server.RefusedAsync("runs/log-batch", $$"""{"run_id": "{{id}}", "metrics": [{{string.Join(',', Enumerable.Repeat(metric, 1001))}}]}""", "at most 1000 metrics. Got 1001");
        await server.RefusedAsync("runs/log-batch", $$"""{"run_id": "{{id}}", "metrics": [{{metric}}, {"key": "m", "value": 1}]}""", "Missing value for required parameter 'metrics[1].timestamp'.");
        var tags = string.Join(',', Enumerable.Range(0, 101).Select(i => $$"""{"key": "t{{i}}", "value": ""}"""));
        await server.RefusedAsync("runs/log-batch", $$"""{"run_id": "{{id}}", "tags": [{{tags}}]}""", "at most 100 tags");
        await server.RefusedAsync("runs/set-tag", $$"""{"run_id": "{{id}}", "key": "{{new string('k', 251)}}", "value": ""}""", "exceeds the maximum length of 250");
        await server.RefusedAsync("runs/log-parameter", $$"""{"run_id": "{{id}}", "key": "k", "value": "{{new string('v', 6001)}}"}""", "exceeds the maximum length of 6000");
        Assert.False((await server.GetAsync($"runs/get?run_id={id}")).Json.GetProperty("run").GetProperty("data").TryGetProperty("metrics", out _));
    }

    [Fact]
    public async Task A_deleted_run_takes_no_logs_and_comes_back()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = await server.RunAsync();
        await server.DoAsync("runs/delete", $$"""{"run_id": "{{id}}"}""");
        await server.RefusedAsync("runs/log-metric", $$"""{"run_id": "{{id}}", "key": "m", "value": 1, "timestamp": 1}""", $"The run {id} must be in the 'active' state");
        Assert.False((await server.DoAsync("runs/search", """{"experiment_ids": ["0"]}""")).TryGetProperty("runs", out _));
        Assert.Equal(1, (await server.DoAsync("runs/search", """{"experiment_ids": ["0"], "run_view_type": "DELETED_ONLY"}""")).GetProperty("runs").GetArrayLength());
        await server.DoAsync("runs/restore", $$"""{"run_id": "{{id}}"}""");
        await server.DoAsync("runs/set-tag", $$"""{"run_id": "{{id}}", "key": "a", "value": ""}""");
        await server.DoAsync("runs/delete-tag", $$"""{"run_id": "{{id}}", "key": "a"}""");
        await server.RefusedAsync("runs/delete-tag", $$"""{"run_id": "{{id}}", "key": "a"}""", "No tag with name: a", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Runs_are_searched_sorted_and_paged()
    {
        await using var server = await TrackingServer.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            var id = await server.RunAsync($$""", "run_name": "r{{i}}", "start_time": {{i + 1}}""");
            await server.DoAsync("runs/log-metric", $$"""{"run_id": "{{id}}", "key": "val auc", "value": {{i}}, "timestamp": 1}""");
        }

        var page = await server.DoAsync("runs/search", """{"experiment_ids": ["0"], "filter": "metrics.`val auc` < 4", "order_by": ["metrics.`val auc` DESC"], "max_results": 3}""");
        Assert.Equal(["r3", "r2", "r1"], Names(page));
        var rest = await server.DoAsync("runs/search", $$"""
            {"experiment_ids": ["0"], "filter": "metrics.`val auc` < 4", "order_by": ["metrics.`val auc` DESC"], "max_results": 3, "page_token": "{{Text(page, "next_page_token")}}"}
            """);
        Assert.Equal(["r0"], Names(rest));
        await server.RefusedAsync("runs/search", """{"experiment_ids": ["0"], "filter": "metrics.a >"}""", "(at position 12 of the filter)");
        await server.RefusedAsync("runs/search", """{"experiment_ids": ["0"], "max_results": 123456789}""", "Invalid value 123456789 for parameter 'max_results' supplied");
        await server.RefusedAsync("runs/search", """{"experiment_ids": ["0"], "order_by": ["metrics.a", "metrics.a DESC"]}""", "duplicate fields");
    }

    [Fact]
    public async Task Histories_are_paged_joined_and_thinned_out()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = await server.RunAsync();
        var points = string.Join(',', Enumerable.Range(0, 10).Select(i => $$"""{"key": "m", "value": {{i}}, "timestamp": 1, "step": {{i}}}"""));
        await server.DoAsync("runs/log-batch", $$"""{"run_id": "{{id}}", "metrics": [{{points}}]}""");

        var first = (await server.GetAsync($"metrics/get-history?run_id={id}&metric_key=m&max_results=8")).Json;
        var second = (await server.GetAsync($"metrics/get-history?run_id={id}&metric_key=m&max_results=8&page_token={Text(first, "next_page_token")}")).Json;
        Assert.Equal("8 9", Steps(second));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        Assert.Equal("0 1 2", Steps((await server.GetAsync($"metrics/get-history-bulk?run_id={id}&run_id={id}&metric_key=m&max_results=3")).Json));
        Assert.Equal("0 2 4 6 8 9", Steps((await server.GetAsync($"metrics/get-history-bulk-interval?run_ids={id}&metric_key=m&max_results=5")).Json));
        Assert.Equal("2 3", Steps((await server.GetAsync($"metrics/get-history-bulk-interval?run_ids={id}&metric_key=m&start_step=2&end_step=3")).Json));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.GetAsync($"metrics/get-history-bulk-interval?run_ids={id}&metric_key=m&start_step=2")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.GetAsync("metrics/get-history-bulk?metric_key=m")).Status);
    }

    [Fact]
    public async Task Datasets_and_logged_models_are_inputs_and_outputs()
    {
        await using var server = await TrackingServer.StartAsync();
        var run = await server.RunAsync();
        var model = Text((await server.DoAsync("logged-models", $$"""{"experiment_id": "0", "name": "m", "source_run_id": "{{run}}", "params": [{"key": "a", "value": "1"}]}""")).GetProperty("model").GetProperty("info"), "model_id");
        await server.DoAsync("runs/log-inputs", $$"""
            {"run_id": "{{run}}", "datasets": [{"tags": [{"key": "mlflow.data.context", "value": "training"}], "dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "{}"} }]}
            """);
        await server.DoAsync("runs/outputs", $$"""{"run_id": "{{run}}", "models": [{"model_id": "{{model}}", "step": "4"}]}""");
        await server.DoAsync("runs/log-metric", $$"""{"run_id": "{{run}}", "key": "auc", "value": 0.5, "timestamp": 9, "step": 1, "model_id": "{{model}}", "dataset_name": "d", "dataset_digest": "1"}""");

        var answer = (await server.GetAsync($"runs/get?run_id={run}")).Json.GetProperty("run");
        Assert.Equal("d", Text(answer.GetProperty("inputs").GetProperty("dataset_inputs")[0].GetProperty("dataset"), "name"));
        Assert.Equal($$"""[{"model_id":"{{model}}","step":4}]""", answer.GetProperty("outputs").GetProperty("model_outputs").GetRawText());
        Assert.Equal("""[{"experiment_id":"0","name":"d","digest":"1","context":"training"}]""", (await server.DoAsync("experiments/search-datasets", """{"experiment_ids": ["0"]}""")).GetProperty("dataset_summaries").GetRawText());

        await server.SendAsync(HttpMethod.Patch, $"/api/2.0/mlflow/logged-models/{model}", """{"status": "LOGGED_MODEL_READY"}""");
        var found = await server.DoAsync("logged-models/search", """{"experiment_ids": ["0"], "filter": "metrics.auc >= 0.5 AND params.a = '1' AND status = 'READY'", "datasets": [{"dataset_name": "d"}]}""");
        Assert.Equal(model, Text(found.GetProperty("models")[0].GetProperty("info"), "model_id"));
        Assert.False((await server.DoAsync("logged-models/search", """{"experiment_ids": ["0"], "filter": "metrics.auc >= 0.5", "datasets": [{"dataset_name": "other"}]}""")).TryGetProperty("models", out _));
        await server.SendAsync(HttpMethod.Delete, $"/api/2.0/mlflow/logged-models/{model}", null);
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"logged-models/{model}")).Status);
        await server.RefusedAsync("runs/log-inputs", $$"""{"run_id": "{{run}}", "datasets": [{"dataset": {"name": "d"} }]}""", "Dataset digest cannot be None");
        await server.RefusedAsync("runs/log-inputs", $$"""{"run_id": "{{run}}", "models": [{"model_id": "m-none"}]}""", "not found", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string[] Pairs(JsonElement run, string name) =>
        [.. run.GetProperty("data").GetProperty(name).EnumerateArray().Select(pair => $"{Text(pair, "key")}={Text(pair, "value")}")];

    private static string[] Names(JsonElement page) => [.. page.GetProperty("runs").EnumerateArray().Select(run => Text(run.GetProperty("info"), "run_name"))];

    private static string Steps(JsonElement history) => string.Join(' ', history.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("step").GetInt64()));
}
