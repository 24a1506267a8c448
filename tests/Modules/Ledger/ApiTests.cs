using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Tests.Resources;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;

namespace Orrery.Ledger.Tests;

/// <summary>The native API of the ledger over real HTTP.</summary>
public sealed class ApiTests
{
    private const string Gate = """
        kind: Gate
        name: quality
        spec:
          rules:
            - name: better
              evidence: test.auc
              atLeast: 0.01
              above: baseline.auc
            - name: four eyes
              approvals: 1
        """;

    [Fact]
    public async Task A_model_goes_from_run_to_gate_to_alias_and_its_lineage_is_read_back()
    {
        await using var api = await StartAsync();
        var data = await PostAsync<AssetVersion>(api.Client, "assets/dataset/flights/versions", new AddVersion(Json(new { rows = 3 })));
        var run = await PostAsync<Run>(api.Client, "runs", new NewRun("train", "flights", Seed: 7));
        await PostAsync<Run>(api.Client, $"runs/{run.Id}/log", new LogToRun(Metrics: [new("test/auc", 0.71)], Inputs: [new(data.Id, "training-set")]));
        var model = await PostAsync<AssetVersion>(api.Client, "assets/model/flights/versions", new AddVersion(Json(new { trees = 10 }), run.Id));
        await TestApi.ReadAsync<ApplyResult>(api.Client.PostAsync("/api/v1/resources/apply?origin=gate.yaml", Yaml(Gate)));

        var evidence = new EvaluateGate(model.Ref, new Dictionary<string, double> { ["test.auc"] = 0.71, ["baseline.auc"] = 0.69 });
        Assert.False((await PostAsync<GateReport>(api.Client, "gates/quality/reports", evidence)).Passed);
        using var grace = api.ClientOf("user:grace", Role.Approver);
        await PostAsync<GateApproval>(grace, "gates/quality/approvals", new ApproveVersion(model.Ref, "looks right"));
        Assert.True((await PostAsync<GateReport>(api.Client, "gates/quality/reports", evidence)).Passed);
        await TestApi.ReadAsync<AliasMoved>(api.Client.PutAsJsonAsync("/api/v1/assets/model/flights/aliases/champion", new SetAlias(1)));

        var standing = await GetAsync<GateStanding>(api.Client, "gates/standing?version=model/flights@champion");
        Assert.Equal([true, false], standing.Reports.Select(report => report.Passed));
        var graph = await GetAsync<LineageGraph>(api.Client, "lineage?ref=model/flights@champion&direction=upstream");
        Assert.Equal(["model/flights:1", "train flights", "dataset/flights:1"], graph.Nodes.Select(node => node.Label));
        Assert.Equal(0.71, Assert.Single(await GetAsync<IReadOnlyList<MetricPoint>>(api.Client, $"runs/{run.Id}/metrics?key=test/auc")).Value);
        Assert.Null((await GetAsync<AuditVerification>(grace, "audit/verification")).FirstBroken);
        Assert.Contains("gate.approved", (await GetAsync<Page<AuditRecord>>(api.Client, "audit?subject=model/flights:1")).Items.Select(record => record.Action));
    }

    [Fact]
    public async Task A_resource_is_read_back_as_yaml_that_applies_without_a_change()
    {
        await using var api = await StartAsync();
        await TestApi.ReadAsync<ApplyResult>(api.Client.PostAsync("/api/v1/resources/apply", Yaml(Gate)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/resources/Gate/quality");
        request.Headers.Accept.Add(new("application/yaml"));
        using var response = await api.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("application/yaml", response.Content.Headers.ContentType!.MediaType);
        var again = await TestApi.ReadAsync<ApplyResult>(api.Client.PostAsync("/api/v1/resources/apply", Yaml(text)));
        Assert.Equal(ResourceAction.Unchanged, Assert.Single(again.Changes).Action);
        var view = await GetAsync<ResourceView>(api.Client, "resources/gate/quality");
        var json = await PostAsync<ApplyResult>(api.Client, "resources/apply?dryRun=true", new { kind = "Gate", name = "copy", spec = view.Spec });
        Assert.Equal((true, ResourceAction.Created), (json.DryRun, Assert.Single(json.Changes).Action));
        Assert.Equal(["quality"], (await GetAsync<Page<ResourceView>>(api.Client, "resources/gate")).Items.Select(found => found.Name));
    }

    [Fact]
    public async Task A_refused_document_is_a_problem_with_each_fault_by_its_line()
    {
        await using var api = await StartAsync();
        using var response = await api.Client.PostAsync("/api/v1/resources/apply?origin=gate.yaml", Yaml(Gate.Replace("evidence:", "evidense:")));
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("gate.yaml, line 6 (Gate quality, rules/0/evidense): unknown key 'evidense'; did you mean 'evidence'?", problem!.Detail);
        Assert.Contains("gate.yaml, line 6", problem.Extensions["errors"]!.ToString());
    }

    [Fact]
    public async Task An_artifact_is_stored_and_served_so_that_it_can_do_no_harm()
    {
        await using var api = await StartAsync();
        var run = await PostAsync<Run>(api.Client, "runs", new NewRun("report", "r"));
        using var page = new ByteArrayContent("<script>alert(1)</script>"u8.ToArray());
        page.Headers.ContentType = new("text/html");
        await TestApi.ReadAsync<RunArtifact>(api.Client.PutAsync($"/api/v1/runs/{run.Id}/artifacts/plots/a%20b.html", page));
        using var response = await api.Client.GetAsync($"/api/v1/runs/{run.Id}/artifacts/plots/a%20b.html");

        Assert.Equal("<script>alert(1)</script>", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("sandbox;", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("plots/a b.html", Assert.Single(await GetAsync<IReadOnlyList<RunArtifact>>(api.Client, $"runs/{run.Id}/artifacts")).Path);
        using var slip = await api.Client.PutAsync($"/api/v1/runs/{run.Id}/artifacts/%2e%2e%2fup", new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.BadRequest, slip.StatusCode);
        using var missing = await api.Client.GetAsync($"/api/v1/runs/{run.Id}/artifacts/plots/x.html");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_metric_comes_back_to_the_last_bit()
    {
        await using var api = await StartAsync();
        double[] edges = [double.Epsilon, double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 0.1, 1.0 / 3];
        var anyBits = Gen.Long.Select(BitConverter.Int64BitsToDouble).Where(value => value != 0); // SQLite keeps no sign of zero.
        await Gen.OneOf(anyBits, Gen.OneOf(edges)).Array[1, 200].SampleAsync(async values =>
        {
            var run = await PostAsync<Run>(api.Client, "runs", new NewRun("train", "bits"));
            await PostAsync<Run>(api.Client, $"runs/{run.Id}/log", new LogToRun(Metrics: [.. values.Select((value, step) => new LoggedMetric("loss", value, step))]));
            var points = await GetAsync<IReadOnlyList<MetricPoint>>(api.Client, $"runs/{run.Id}/metrics?key=loss");
            Assert.Equal(values, points.Select(point => point.Value)); // Finite doubles are equal only with equal bits, but for zero.
            Assert.Equal(values[^1], (await GetAsync<Run>(api.Client, $"runs/{run.Id}")).Metrics["loss"]);
        }, iter: 10, threads: 1);
    }

    [Theory]
    [InlineData("GET", "assets?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "assets?cursor=%%%", HttpStatusCode.BadRequest)]
    [InlineData("GET", "assets/model/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "runs/nonsense", HttpStatusCode.BadRequest)]
    [InlineData("GET", "runs?status=strolling", HttpStatusCode.BadRequest)]
    [InlineData("GET", "lineage", HttpStatusCode.BadRequest)]
    [InlineData("GET", "lineage?ref=nothing", HttpStatusCode.BadRequest)]
    [InlineData("GET", "resources/widget/x", HttpStatusCode.BadRequest)]
    [InlineData("POST", "assets/gate/quality/versions", HttpStatusCode.BadRequest)]
    [InlineData("POST", "workspaces", HttpStatusCode.Forbidden)]
    [InlineData("GET", "audit/verification", HttpStatusCode.Forbidden)]
    public async Task A_wrong_request_gets_its_status(string method, string path, HttpStatusCode expected)
    {
        await using var api = await StartAsync();
        using var request = new HttpRequestMessage(new(method), $"/api/v1/{path}");
        if (method == "POST")
            request.Content = JsonContent.Create(new { name = "x", manifest = new { } });
        using var response = await api.Client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task The_schema_of_a_kind_names_its_keys()
    {
        await using var api = await StartAsync();
        var schema = await GetAsync<JsonElement>(api.Client, "resources/kinds/FeatureView/schema");
        Assert.Equal("string", schema.GetProperty("properties").GetProperty("features").GetProperty("items").GetProperty("properties").GetProperty("window").GetProperty("type").GetString());
        Assert.Equal(["FeatureView", "Gate"], await GetAsync<IReadOnlyList<string>>(api.Client, "resources/kinds"));
    }

    private static Task<TestApi> StartAsync() => TestApi.StartAsync(
        services => services.AddLedger(new ConfigurationBuilder().Build()).AddSingleton<IResourceKind>(new ViewKind()), routes => routes.MapLedger());

    private static Task<T> GetAsync<T>(HttpClient client, string path) => TestApi.ReadAsync<T>(client.GetAsync($"/api/v1/{path}"));

    private static Task<T> PostAsync<T>(HttpClient client, string path, object body) =>
        TestApi.ReadAsync<T>(client.PostAsJsonAsync($"/api/v1/{path}", body, LedgerJson.Options));

    private static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);

    private static StringContent Yaml(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
}
