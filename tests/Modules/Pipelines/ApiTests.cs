using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;

namespace Orrery.Pipelines.Tests;

public sealed class ApiTests
{
    [Fact]
    public async Task A_pipeline_is_declared_started_and_looked_at_over_http()
    {
        var workshop = new Workshop();
        await using var api = await StartAsync(workshop);
        using var yaml = new StringContent("kind: Pipeline\nname: p\nspec:\n  parameters: {x: 1}\n  steps:\n    - {name: a, uses: make, with: {content: a, rows: '${params.x}'}}", Encoding.UTF8, "application/yaml");
        await TestApi.ReadAsync<ApplyResult>(api.Client.PostAsync("/api/v1/resources/apply", yaml));
        var started = await TestApi.ReadAsync<PipelineStatus>(api.Client.PostAsJsonAsync("/api/v1/pipelines/p/runs", new StartPipeline(new Dictionary<string, string> { ["x"] = "5" })));
        await api.Get<IPipelines>().WaitAsync(PipelineHost.Ada, started.Run.Id);
        var ended = await TestApi.ReadAsync<PipelineStatus>(api.Client.GetAsync($"/api/v1/pipelines/runs/{started.Run.Id}"));

        Assert.Equal((RunStatus.Finished, 5), (ended.Run.Status, ended.Step("a").Facts["rows"].GetInt32()));
        Assert.Equal(started.Run.Id, Assert.Single((await TestApi.ReadAsync<Page<PipelineRun>>(api.Client.GetAsync("/api/v1/pipelines/runs?pipeline=p"))).Items).Id);
        Assert.Equal(["act", "make"], await TestApi.ReadAsync<IReadOnlyList<string>>(api.Client.GetAsync("/api/v1/pipelines/step-kinds")));
        var cancelled = await TestApi.ReadAsync<PipelineStatus>(api.Client.PostAsync($"/api/v1/pipelines/runs/{started.Run.Id}/cancel", null));
        Assert.Equal(RunStatus.Finished, cancelled.Run.Status);
        using var viewer = api.ClientOf("user:vi", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsJsonAsync("/api/v1/pipelines/p/runs", new StartPipeline())).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.Client.PostAsJsonAsync("/api/v1/pipelines/p/runs", new StartPipeline(new Dictionary<string, string> { ["y"] = "5" }))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.PostAsJsonAsync("/api/v1/pipelines/q/runs", new StartPipeline())).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/pipelines/runs/{Guid.NewGuid():N}")).StatusCode);
    }

    private static Task<TestApi> StartAsync(Workshop workshop)
    {
        var configuration = new ConfigurationBuilder().Build();
        return TestApi.StartAsync(
            services => services.AddLedger(configuration).AddPipelines(configuration)
                .AddSingleton<IStepKind>(provider => new WorkStep(provider.GetRequiredService<IAssets>(), workshop, "make", cacheable: true))
                .AddSingleton<IStepKind>(provider => new WorkStep(provider.GetRequiredService<IAssets>(), workshop, "act", cacheable: false)),
            routes => routes.MapLedger().MapPipelines());
    }
}
