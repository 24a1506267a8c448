using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Models;

public sealed class ModelVersionTests
{
    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("file://localhost/etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("etc/passwd")]
    [InlineData("C:\\windows\\system32")]
    [InlineData("C:/windows")]
    [InlineData("mlflow-artifacts://host:port/../../../../")]
    [InlineData("mlflow-artifacts:/a/..%2f..%2fb")]
    [InlineData("mlflow-artifacts:/a/%252e%252e/b")]
    [InlineData("http://host:5000/api/2.0/mlflow-artifacts/artifacts/../../..")]
    [InlineData("http://host:5000/api/2.0/mlflow-artifacts/artifacts%00")]
    [InlineData("s3:/bucket/models/path/../../other/path")]
    [InlineData("s3://bucket/..\\..\\x")]
    [InlineData("runs:/../../x")]
    public async Task A_source_that_names_a_machines_file_or_climbs_is_refused(string source)
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        var refusal = await server.RefusedAsync(HttpMethod.Post, "/model-versions/create", new { name = "flights", source });
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (refusal.Status, refusal.Code));
        Assert.Contains("Invalid model version source", refusal.Message);
        Assert.Equal(0, (await server.Get<IAssets>().GetAssetAsync(MlflowServer.Admin, AssetKind.Model, "flights")).LatestVersion);
    }

    [Theory]
    [InlineData("s3://bucket/path")]
    [InlineData("runs:/run_id/model")]
    [InlineData("mlflow-artifacts:/0/x/artifacts/model")]
    [InlineData("mlflow-artifacts:/models/foo///bar")]
    [InlineData("dbfs:/models/a b")]
    public async Task A_source_elsewhere_is_taken_as_it_is(string source)
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        foreach (var number in new[] { "1", "2" }) // each registration is a version of its own
        {
            var version = (await server.PostAsync("/model-versions/create", new { name = "flights", source, run_id = "anything" })).GetProperty("model_version");
            Assert.Equal((number, source, "anything", "READY", "None"), (Text(version, "version"), Text(version, "source"), Text(version, "run_id"), Text(version, "status"), Text(version, "current_stage")));
        }

        Assert.Equal(source, Text(await server.GetAsync("/model-versions/get-download-uri?name=flights&version=1"), "artifact_uri"));
    }

    [Fact]
    public async Task A_path_of_a_machine_is_taken_where_the_run_keeps_its_artifacts_there()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        var experiment = (await server.PostAsync("/experiments/create", new { name = "local", artifact_location = "file:///data/runs" })).GetProperty("experiment_id").GetString();
        var info = (await server.PostAsync("/runs/create", new { experiment_id = experiment })).GetProperty("run").GetProperty("info");
        var (run, root) = (Text(info, "run_id"), Text(info, "artifact_uri"));
        foreach (var source in new[] { root, $"{root}/model", $"{root}/a/../model/.", root["file://".Length..] })
            await server.PostAsync("/model-versions/create", new { name = "flights", source, run_id = run });
        foreach (var source in new[] { $"{root}/..", $"{root}/../../other", $"{root}-2", $"{root}/%2e%2e/%2e%2e", $"{root}/..\\.." })
            Assert.Contains("contained within the artifact directory", (await server.RefusedAsync(HttpMethod.Post, "/model-versions/create", new { name = "flights", source, run_id = run })).Message);
    }

    [Fact]
    public async Task The_files_of_a_run_are_pinned_when_it_is_registered()
    {
        await using var server = await MlflowServer.StartAsync();
        var run = await server.Get<IRuns>().StartAsync(MlflowServer.Admin, new("run", "training"));
        var root = $"/api/2.0/mlflow-artifacts/artifacts/{run.ArtifactUri["mlflow-artifacts:/".Length..]}";
        await PutAsync(server, $"{root}/model/MLmodel", "first");
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        await server.PostAsync("/model-versions/create", new { name = "flights", source = $"runs:/{run.Id}/model", run_id = run.Id.ToString() });
        await PutAsync(server, $"{root}/model/MLmodel", "second");
        await server.PostAsync("/model-versions/create", new { name = "flights", source = $"runs:/{run.Id}/model", run_id = run.Id.ToString() });

        Assert.Equal("first", await server.Http.GetStringAsync("/model-versions/get-artifact?name=flights&version=1&path=MLmodel"));
        Assert.Equal("second", await server.Http.GetStringAsync("/model-versions/get-artifact?name=flights&version=2&path=MLmodel"));
        var first = await server.Get<IAssets>().GetAsync(MlflowServer.Admin, AssetRef.Parse("model/flights:1"));
        Assert.NotEqual(first.Digest, (await server.Get<IAssets>().GetAsync(MlflowServer.Admin, AssetRef.Parse("model/flights:2"))).Digest);
        var lineage = await server.Get<ILineage>().WalkAsync(MlflowServer.Admin, LineageNodeId.Of(first.Id), LineageDirection.Upstream);
        Assert.Contains(lineage.Edges, edge => edge.From == LineageNodeId.Of(run.Id) && edge.Role == LineageRoles.Output);
    }

    [Fact]
    public async Task A_version_of_a_version_has_its_files()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        await server.PostAsync("/model-versions/create", new { name = "flights", source = "s3://bucket/path" });
        await server.PostAsync("/registered-models/alias", new { name = "flights", alias = "champion", version = "1" });
        await server.PostAsync("/model-versions/transition-stage", new { name = "flights", version = "1", stage = "production", archive_existing_versions = false });
        foreach (var source in new[] { "models:/flights/1", "models:/flights@champion", "models:/flights/Production", "models:/flights/latest" })
        {
            var version = (await server.PostAsync("/model-versions/create", new { name = "flights", source })).GetProperty("model_version");
            Assert.Equal("s3://bucket/path", Text(await server.GetAsync($"/model-versions/get-download-uri?name=flights&version={Text(version, "version")}"), "artifact_uri"));
        }

        Assert.Contains("Unable to fetch model", (await server.RefusedAsync(HttpMethod.Post, "/model-versions/create", new { name = "flights", source = "models:/flights/99" })).Message);
    }

    [Fact]
    public async Task Numbers_and_stages_that_are_none_are_refused_in_MLflows_words()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        await server.PostAsync("/model-versions/create", new { name = "flights", source = "s3://bucket/path" });

        Assert.Equal("Parameter 'version' must be an integer, got 'one'.", (await server.RefusedAsync(HttpMethod.Get, "/model-versions/get?name=flights&version=one")).Message);
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST", "Model Version (name=flights, version=2) not found"), await server.RefusedAsync(HttpMethod.Get, "/model-versions/get?name=flights&version=2"));
        Assert.Contains("Value must be one of None, Staging, Production, Archived", await StageAsync(server, "Done", false));
        Assert.Contains("is not an Active stage", await StageAsync(server, "Archived", true));
    }

    [Fact]
    public async Task A_deleted_version_is_gone_with_its_aliases_and_searches_do_not_find_it()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        foreach (var source in new[] { "s3://a", "s3://b" })
            await server.PostAsync("/model-versions/create", new { name = "flights", source, run_id = "r" });
        await server.PostAsync("/registered-models/alias", new { name = "flights", alias = "champion", version = "2" });
        await server.SendAsync(HttpMethod.Delete, "/model-versions/delete", new { name = "flights", version = "2" });

        var model = (await server.GetAsync("/registered-models/get?name=flights")).GetProperty("registered_model");
        Assert.False(model.TryGetProperty("aliases", out _));
        Assert.Equal("1", Text(Assert.Single(model.GetProperty("latest_versions").EnumerateArray()), "version"));
        var found = await server.GetAsync("/model-versions/search?filter=" + Uri.EscapeDataString("name = 'flights' AND run_id IN ('r', 'x') AND version_number >= 1"));
        Assert.Equal("s3://a", Text(Assert.Single(found.GetProperty("model_versions").EnumerateArray()), "source"));
        Assert.Equal("3", Text((await server.PostAsync("/model-versions/create", new { name = "flights", source = "s3://c" })).GetProperty("model_version"), "version"));
    }

    private static async Task<string> StageAsync(MlflowServer server, string stage, bool archive) =>
        (await server.RefusedAsync(HttpMethod.Post, "/model-versions/transition-stage", new { name = "flights", version = "1", stage, archive_existing_versions = archive })).Message;

    private static async Task PutAsync(MlflowServer server, string path, string content)
    {
        using var response = await server.Http.PutAsync(path, new StringContent(content));
        response.EnsureSuccessStatusCode();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
