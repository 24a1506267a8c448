using System.Net;
using System.Text.Json;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Tracking;

/// <summary>Experiments; pairs after mlflow.org/docs/latest/rest-api.html#create-experiment and those behind it.</summary>
public sealed class ExperimentTests
{
    [Fact]
    public async Task An_experiment_is_made_read_renamed_deleted_and_restored()
    {
        await using var server = await TrackingServer.StartAsync();
        var id = (await server.DoAsync("experiments/create", """{"name": "flights", "tags": [{"key": "team", "value": "ops"}]}""")).GetProperty("experiment_id").GetString();
        var (_, answer) = await server.GetAsync($"experiments/get?experiment_id={id}");
        var experiment = answer.GetProperty("experiment");
        Assert.Equal(("1", "flights", "mlflow-artifacts:/1", "active"), (Text(experiment, "experiment_id"), Text(experiment, "name"), Text(experiment, "artifact_location"), Text(experiment, "lifecycle_stage")));
        Assert.Equal("""[{"key":"team","value":"ops"}]""", experiment.GetProperty("tags").GetRawText());
        Assert.Equal(JsonValueKind.Number, experiment.GetProperty("creation_time").ValueKind);

        await server.DoAsync("experiments/update", """{"experiment_id": "1", "new_name": "trains"}""");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("experiments/get-by-name?experiment_name=trains")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("experiments/get-by-name?experiment_name=flights")).Status);
        await server.RefusedAsync("experiments/create", """{"name": "trains"}""", "already exists", "RESOURCE_ALREADY_EXISTS");

        await server.DoAsync("experiments/delete", """{"experiment_id": "1"}""");
        Assert.Equal(["Default"], await NamesAsync(server, "{}"));
        Assert.Equal(["trains"], await NamesAsync(server, """{"view_type": "DELETED_ONLY"}"""));
        Assert.Equal(["trains", "Default"], await NamesAsync(server, """{"view_type": 3}"""));
        await server.RefusedAsync("experiments/update", """{"experiment_id": "1", "new_name": "x"}""", "non-active", "INVALID_STATE", HttpStatusCode.InternalServerError);
        await server.RefusedAsync("runs/create", """{"experiment_id": "1"}""", "must be in the 'active' state");
        await server.DoAsync("experiments/restore", """{"experiment_id": "1"}""");
        Assert.Equal(["trains", "Default"], await NamesAsync(server, "{}"));
    }

    [Fact]
    public async Task Pages_follow_each_other_by_their_token()
    {
        await using var server = await TrackingServer.StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
            await server.DoAsync("experiments/create", $$"""{"name": "{{name}}"}""");
        var first = await server.DoAsync("experiments/search", """{"max_results": 3, "order_by": ["name DESC"]}""");
        Assert.Equal(["c", "b", "a"], Names(first));
        var second = await server.DoAsync("experiments/search", $$"""{"max_results": 3, "order_by": ["name DESC"], "page_token": "{{Text(first, "next_page_token")}}"}""");
        Assert.Equal(["Default"], Names(second));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        await server.RefusedAsync("experiments/search", """{"page_token": "!"}""", "cursor");
        await server.RefusedAsync("experiments/search", """{"max_results": 50001}""", "'max_results'");
        await server.RefusedAsync("experiments/search", """{"filter": "name ~ 'x'"}""", "position 6");
    }

    [Theory]
    [InlineData("""{}""", "Missing value for required parameter 'name'.")]
    [InlineData("""{"name": ""}""", "Missing value for required parameter 'name'.")]
    [InlineData("""{"name": 123}""", "Invalid value 123 for parameter 'name'")]
    [InlineData("""{"name": "x", "artifact_location": 9.0}""", "Invalid value 9.0 for parameter 'artifact_location'")]
    [InlineData("""{"name": "x", "tags": "5"}""", "Invalid value \"5\" for parameter 'tags'")]
    [InlineData("""{"name": "x", "artifact_location": "runs:/abc"}""", "cannot be a runs:/ URI")]
    [InlineData("""{"name": "x", "artifact_location": "s3://b/x#frag"}""", "can't include fragments or params")]
    [InlineData("""{"name": "x", "artifact_location": "s3://b/x?a=%2e%2e/y"}""", "query string")]
    [InlineData("""{"name": "x", "tags": [{"value": "v"}]}""", "Missing value for required parameter 'tags[0].key'.")]
    public async Task A_wrong_experiment_is_refused(string json, string message)
    {
        await using var server = await TrackingServer.StartAsync();
        await server.RefusedAsync("experiments/create", json, message);
    }

    private static async Task<string[]> NamesAsync(TrackingServer server, string json) => Names(await server.DoAsync("experiments/search", json));

    private static string[] Names(JsonElement page) => [.. page.GetProperty("experiments").EnumerateArray().Select(experiment => Text(experiment, "name"))];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
