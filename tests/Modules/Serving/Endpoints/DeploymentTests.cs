using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Runtimes;
using Orrery.Tests;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Endpoints;

public sealed class DeploymentTests
{
    [Fact]
    public async Task An_endpoint_without_a_champion_says_so()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var error = Assert.Throws<UnavailableException>(() => serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint));
        Assert.Contains("nothing is deployed", error.Message);
    }

    [Fact]
    public async Task Deploying_moves_the_alias_links_the_lineage_and_is_audited()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var version = await serving.DeployAsync(new());
        var champion = await serving.Platform.Get<IAssets>().GetAsync(ServingPlatform.Ada, AssetRef.Parse("model/flights@champion"));
        Assert.Equal(version.Id, champion.Id);
        var graph = await serving.Platform.Get<ILineage>().WalkAsync(ServingPlatform.Ada, LineageNodeId.Of(version.Id), LineageDirection.Downstream);
        Assert.Contains(graph.Edges, edge => edge.To == LineageNodeId.Endpoint(ServingPlatform.Endpoint) && edge.Role == "serves");
        var audit = await serving.Platform.Get<IAudit>().ListAsync(ServingPlatform.Ada, "endpoint/flights", new());
        Assert.Contains(audit.Items, record => record is { Action: "endpoint.deployed", Actor: "user:ada" });
    }

    [Fact]
    public async Task A_version_that_did_not_pass_the_gate_is_refused_unless_an_admin_forces_it()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var first = await serving.DeployAsync(new());
        await serving.Platform.Get<IAssets>().AddVersionAsync(ServingPlatform.Ada, new(AssetKind.Gate, "release", new { rules = Array.Empty<object>() }));
        await serving.DeclareAsync("""{"gate": "release"}""");
        var version = await serving.RegisterAsync(new TestModel(Bias: 2));

        var unjudged = await Assert.ThrowsAsync<PreconditionFailedException>(() => serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, version.Ref));
        Assert.Contains("was not judged", unjudged.Message);
        serving.Gates.State("release", version.Id, "auc", passed: false);
        var failed = await Assert.ThrowsAsync<PreconditionFailedException>(() => serving.Endpoints.StartCanaryAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, version.Ref));
        Assert.Contains("auc: did not hold", failed.Message);
        var forbidden = await Assert.ThrowsAsync<OrreryException>(() => serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, version.Ref, GateMode.Force));
        Assert.Equal(ErrorCode.Forbidden, forbidden.Code);
        Assert.Equal(first.Number, (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Champion!.Number);

        var status = await serving.Endpoints.DeployAsync(ServingPlatform.Root, ServingPlatform.Endpoint, version.Ref, GateMode.Force);
        Assert.True(status.Deployments[0].Forced);
        var audit = await serving.Platform.Get<IAudit>().ListAsync(ServingPlatform.Ada, "endpoint/flights", new());
        Assert.Contains(audit.Items, record => record.Actor == "user:root" && record.Detail.Contains("past its gate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_cannot_be_loaded_leaves_the_champion_as_it_was()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        var broken = await serving.RegisterAsync([1, 2, 3, 4]);
        await Assert.ThrowsAsync<InvalidException>(() => serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, broken.Ref));
        Assert.Equal(1, (await serving.PredictAsync("ATL", 8)).Version);
        Assert.Equal(1, serving.Platform.Get<LoadedModels>().Count);
    }

    [Fact]
    public async Task Swapping_under_load_fails_no_request_and_keeps_one_model_in_memory()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var models = new[] { new TestModel(), new TestModel(Bias: 1), new TestModel(Bias: 2) };
        var versions = new List<AssetVersion>();
        foreach (var model in models)
            versions.Add(await serving.DeployAsync(model));
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            var answered = 0;
            for (; !over.IsCancellationRequested; answered++)
            {
                var (score, version) = await serving.PredictAsync("SFO", client);
                // The answer is that of the version it names: no request saw half a swap.
                Assert.Equal(models[version - 1].Probability("SFO", client, -0.3), score, 1e-6);
            }

            return answered;
        })).ToArray();
        for (var swap = 0; swap < 30; swap++)
            await serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, versions[swap % versions.Count].Ref);
        await over.CancelAsync();
        Assert.All(await Task.WhenAll(clients), answered => Assert.NotEqual(0, answered));
        Assert.Equal(1, serving.Platform.Get<LoadedModels>().Count);
    }

    [Fact]
    public async Task Two_endpoints_of_one_version_share_its_session()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await serving.DeclareAsync(name: "flights-west");
        Assert.True((await serving.Endpoints.StatusAsync(ServingPlatform.Ada, "flights-west")).Ready);
        Assert.Equal(1, serving.Platform.Get<LoadedModels>().Count);
    }

    [Fact]
    public async Task Rolling_back_without_a_challenger_puts_the_champion_before_back()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await Assert.ThrowsAsync<ConflictException>(() => serving.Endpoints.RollbackAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "no reason"));
        await serving.DeployAsync(new(Bias: 3));
        var status = await serving.Endpoints.RollbackAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "worse on Mondays");
        Assert.Equal(1, status.Champion!.Number);
        Assert.Equal(DeploymentReason.RolledBack, status.Deployments[0].Reason);
        Assert.Equal(1, (await serving.PredictAsync("ATL", 8)).Version);
    }

    [Fact]
    public async Task After_a_restart_the_champion_answers_again()
    {
        using var folder = new TempFolder();
        await using (var before = await ServingPlatform.StartAsync(folder: folder))
        {
            await before.DeployAsync(new());
            await before.DeployAsync(new(Bias: 3));
        }

        await using var after = await ServingPlatform.StartAsync(folder: folder);
        Assert.Equal(2, (await after.PredictAsync("ATL", 8)).Version);
    }

    [Fact]
    public async Task An_endpoint_of_another_workspace_is_not_to_be_seen_and_its_name_not_to_be_had()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var other = ServingPlatform.Ada with { Workspace = "elsewhere" };
        Assert.Throws<NotFoundException>(() => serving.Predictions.Signature(other, ServingPlatform.Endpoint));
        await Assert.ThrowsAsync<ConflictException>(() =>
            serving.Platform.Get<Storage.EndpointStore>().ClaimAsync(ServingPlatform.Endpoint, "elsewhere", CancellationToken.None));
    }
}
