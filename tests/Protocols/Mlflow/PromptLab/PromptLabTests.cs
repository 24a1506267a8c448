using System.Text.Json;
using Orrery.Protocols.Tests.Mlflow.Tracking;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.PromptLab;

public sealed class PromptLabTests
{
    private const string Request = """
        {"experiment_id": "0", "run_name": "try", "prompt_template": "It's {{ what }}: \"x\"", "prompt_parameters": [{"key": "what's", "value": "a\nb"}, {"key": "n", "value": 3}],
         "model_route": "chat", "model_parameters": [{"key": "temperature", "value": 0.1}], "model_input": "It's a", "model_output": "yes",
         "model_output_parameters": [{"key": "latency", "value": 100}], "mlflow_version": "3.5.2", "user_id": "ada", "start_time": 456}
        """;

    [Fact]
    public async Task What_was_tried_is_a_finished_run_with_a_table_and_a_model()
    {
        await using var server = await MlflowServer.StartAsync();
        var run = (await server.PostAsync("/runs/create-promptlab-run", JsonSerializer.Deserialize<JsonElement>(Request))).GetProperty("run");
        var (info, data) = (run.GetProperty("info"), run.GetProperty("data"));
        Assert.Equal(("try", "FINISHED", "ada", 456), (info.GetProperty("run_name").GetString(), info.GetProperty("status").GetString(), info.GetProperty("user_id").GetString(), info.GetProperty("start_time").GetInt64()));
        Assert.Equal(
            [("model_route", "chat"), ("prompt_template", "It's {{ what }}: \"x\""), ("temperature", "0.1")],
            data.GetProperty("params").EnumerateArray().Select(parameter => (parameter.GetProperty("key").GetString(), parameter.GetProperty("value").GetString())).Order());

        var id = info.GetProperty("run_id").GetString()!;
        Assert.Equal("""{"columns":["what's","n","prompt","output","latency"],"data":[["a\nb","3","It's a","yes","100"]]}""", await FileAsync(server, id, "eval_results_table.json"));
        Assert.Equal(
            """{"model_parameters":{"temperature":"0.1"},"model_route":"chat","prompt_parameters":{"what's":"a\nb","n":"3"},"prompt_template":"It's {{ what }}: \"x\""}""",
            await FileAsync(server, id, "model/parameters.yaml"));
        var model = await FileAsync(server, id, "model/MLmodel");
        Assert.Contains("""  inputs: '[{"type":"string","name":"what''s","required":true},{"type":"string","name":"n","required":true}]'""" + "\n", model, StringComparison.Ordinal);
        Assert.Contains($"\nrun_id: {id}\n", model, StringComparison.Ordinal);
        foreach (var file in (string[])["requirements.txt", "conda.yaml", "python_env.yaml", "input_example.json", "serving_input_example.json"])
            Assert.NotEqual("", await FileAsync(server, id, $"model/{file}"));
    }

    [Theory]
    [InlineData("experiment_id")]
    [InlineData("prompt_template")]
    [InlineData("prompt_parameters")]
    [InlineData("model_route")]
    [InlineData("model_input")]
    [InlineData("mlflow_version")]
    public async Task What_is_missing_is_said_and_no_run_begins(string field)
    {
        await using var server = await TrackingServer.StartAsync();
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Request)!;
        fields.Remove(field);
        await server.RefusedAsync("runs/create-promptlab-run", JsonSerializer.Serialize(fields), $"CreatePromptlabRun request must specify {field}.");
        Assert.False((await server.DoAsync("runs/search", """{"experiment_ids": ["0"]}""")).TryGetProperty("runs", out _));
    }

    [Fact]
    public async Task No_run_begins_where_its_files_could_not_be_kept()
    {
        await using var server = await MlflowServer.StartAsync();
        var experiment = (await server.PostAsync("/experiments/create", new { name = "far", artifact_location = "s3://bucket/x" })).GetProperty("experiment_id").GetString()!;
        var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(Request)!;
        fields["experiment_id"] = experiment;
        var (status, code, _) = await server.RefusedAsync(HttpMethod.Post, "/runs/create-promptlab-run", fields);
        Assert.Equal((501, "NOT_IMPLEMENTED"), (status, code));
        Assert.False((await server.PostAsync("/runs/search", new { experiment_ids = new[] { experiment } })).TryGetProperty("runs", out _));
    }

    private static Task<string> FileAsync(MlflowServer server, string run, string path) => server.Http.GetStringAsync(new Uri($"/get-artifact?run_id={run}&path={path}", UriKind.Relative));
}
