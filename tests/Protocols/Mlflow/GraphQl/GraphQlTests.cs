using System.Net;
using System.Text.Json;
using Orrery.Protocols.Tests.Mlflow.Tracking;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.GraphQl;

/// <summary>What MLflow's pages ask by GraphQL. Shapes: mlflow/server/graphql and tests/tracking/test_rest_tracking.py (3.5).</summary>
public sealed class GraphQlTests
{
    [Fact]
    public async Task A_run_comes_with_its_experiment_its_model_versions_and_defaults_for_what_is_not_set()
    {
        await using var server = await TrackingServer.StartAsync();
        var run = await server.RunAsync();
        await server.DoAsync("runs/log-metric", $$"""{"run_id": "{{run}}", "key": "loss", "value": "NaN", "timestamp": 2, "step": 9007199254740993}""");
        await server.DoAsync("registered-models/create", """{"name": "flights"}""");
        await server.DoAsync("model-versions/create", $$"""{"name": "flights", "source": "s3://bucket/x", "run_id": "{{run}}"}""");

        var answer = await AskAsync(server, $$"""
            query page @component(name: "run") {
              mlflowGetRun(input: {runId: "{{run}}"}) {
                apiError { code }
                run {
                  __typename
                  info { runId status endTime experimentId }
                  data { metrics { key value timestamp step } params { key } }
                  experiment { name lifecycleStage }
                  modelVersions { name version status }
                }
              }
            }
            """);

        Assert.Equal(JsonValueKind.Null, answer.GetProperty("errors").ValueKind);
        Assert.Equal(
            $$$"""
            {"apiError":null,"run":{"__typename":"MlflowRunExtension","info":{"runId":"{{{run}}}","status":"RUNNING","endTime":"0","experimentId":"0"},"data":{"metrics":[{"key":"loss","value":null,"timestamp":"2","step":"9007199254740993"}],"params":[]},"experiment":{"name":"Default","lifecycleStage":"active"},"modelVersions":[{"name":"flights","version":"1","status":"READY"}]}}
            """,
            answer.GetProperty("data").GetProperty("mlflowGetRun").GetRawText());
    }

    [Fact]
    public async Task Model_versions_of_many_runs_go_to_the_runs_they_came_of()
    {
        await using var server = await TrackingServer.StartAsync();
        await server.DoAsync("registered-models/create", """{"name": "flights"}""");
        var runs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await server.RunAsync());
            for (var versions = 0; versions < i; versions++)
                await server.DoAsync("model-versions/create", $$"""{"name": "flights", "source": "s3://bucket/{{i}}{{versions}}", "run_id": "{{runs[i]}}"}""");
        }

        var answer = await AskAsync(
            server,
            "mutation runs($ids: [String]!, $most: Int) { found: mlflowSearchRuns(input: {experimentIds: $ids, maxResults: $most}) { runs { info { runId } modelVersions { runId } } nextPageToken } }",
            new { ids = new[] { "0" }, most = 2 });

        Assert.True(answer.GetProperty("errors").ValueKind == JsonValueKind.Null, answer.GetRawText());
        var found = answer.GetProperty("data").GetProperty("found");
        var counts = found.GetProperty("runs").EnumerateArray().Select(run => (
            Id: run.GetProperty("info").GetProperty("runId").GetString()!,
            Of: run.GetProperty("modelVersions").EnumerateArray().Select(version => version.GetProperty("runId").GetString()!).ToList())).ToList();
        Assert.Equal([(runs[2], 2), (runs[1], 1)], counts.Select(run => (run.Id, run.Of.Count)));
        Assert.All(counts, run => Assert.All(run.Of, of => Assert.Equal(run.Id, of)));
        Assert.NotEqual("", found.GetProperty("nextPageToken").GetString());
    }

    [Fact]
    public async Task What_REST_refuses_is_an_error_beside_null()
    {
        await using var server = await TrackingServer.StartAsync();
        var answer = await AskAsync(server, """{ mlflowGetExperiment(input: {experimentId: "77"}) { experiment { name } } test(inputString: "é") { output } }""");
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("data").GetProperty("mlflowGetExperiment").ValueKind);
        Assert.Equal("é", answer.GetProperty("data").GetProperty("test").GetProperty("output").GetString());
        Assert.Contains("77", Assert.Single(Errors(answer)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ mlflowGetRun(input: {runId: 3}) { run { info { runId } } } }", "runId")]
    [InlineData("{ mlflowGetRun { run { inf { runId } } } }", "inf")]
    [InlineData("{ test(", "Expected")]
    [InlineData("{ ...f } fragment f on Query { ...f }", "1000")]
    [InlineData("query a { test { output } } query b { test { output } }", "operation")]
    public async Task A_query_that_cannot_be_is_an_error_and_no_failure(string query, string word)
    {
        await using var server = await TrackingServer.StartAsync();
        var answer = await AskAsync(server, query);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("data").ValueKind);
        Assert.Contains(Errors(answer), error => error.Contains(word, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", "query")]
    [InlineData("""{"query": "{ test { output } }", "variables": [1]}""", "variables")]
    public async Task A_body_that_says_no_query_is_refused_as_any_request(string body, string word)
    {
        await using var server = await TrackingServer.StartAsync();
        var (status, answer) = await server.SendAsync(HttpMethod.Post, "/graphql", body);
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (status, answer.GetProperty("error_code").GetString()));
        Assert.Contains(word, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_get_asks_by_the_query_string()
    {
        await using var server = await TrackingServer.StartAsync();
        var query = Uri.EscapeDataString("query($t: String) { test(inputString: $t) { output } }");
        var (_, answer) = await server.SendAsync(HttpMethod.Get, $"/graphql?query={query}&variables={Uri.EscapeDataString("""{"t": "x"}""")}", null);
        Assert.Equal("x", answer.GetProperty("data").GetProperty("test").GetProperty("output").GetString());
    }

    [Fact]
    public async Task Tools_may_ask_what_there_is_to_ask()
    {
        await using var server = await TrackingServer.StartAsync();
        const string introspection = """
            query { __schema { queryType { name } types { ...F } directives { name args { ...I } } } }
            fragment F on __Type { kind name fields(includeDeprecated: true) { name args { ...I } type { ...T } } inputFields { ...I } interfaces { ...T } enumValues { name } possibleTypes { ...T } }
            fragment I on __InputValue { name type { ...T } defaultValue }
            fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }
            """;
        var answer = await AskAsync(server, introspection);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("errors").ValueKind);
        Assert.Contains(answer.GetProperty("data").GetProperty("__schema").GetProperty("types").EnumerateArray(), type => type.GetProperty("name").GetString() == "MlflowModelVersion");
    }

    private static async Task<JsonElement> AskAsync(TrackingServer server, string query, object? variables = null)
    {
        var (status, answer) = await server.SendAsync(HttpMethod.Post, "/graphql", JsonSerializer.Serialize(new { query, variables }));
        Assert.Equal(HttpStatusCode.OK, status);
        return answer;
    }

    private static List<string> Errors(JsonElement answer) => [.. answer.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!)];
}
