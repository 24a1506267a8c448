using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Tests;

namespace Orrery.Pipelines.Tests;

/// <summary>What a test step does: writes a dataset of its content, waits for a gate, fails so many times.</summary>
internal sealed record WorkSpec(string Content = "", string Note = "", int Fail = 0, bool Refuse = false, string? Wait = null, int Rows = 1);

/// <summary>A step whose doings a test can count, hold and break.</summary>
internal sealed class WorkStep(IAssets assets, Workshop workshop, string name, bool cacheable) : StepKind<WorkSpec>(name)
{
    public override bool Cacheable => cacheable;

    protected override async Task<StepResult> RunAsync(StepContext context, WorkSpec spec, CancellationToken cancellationToken)
    {
        workshop.Begun.Enqueue(spec.Content);
        workshop.Begins.Release();
        var running = Interlocked.Increment(ref workshop.Running);
        workshop.MostAtOnce = Math.Max(workshop.MostAtOnce, running);
        try
        {
            context.Report.Report(new(1, spec.Rows, "rows"));
            if (spec.Wait is { } gate)
                await workshop.Gate(gate).Task.WaitAsync(cancellationToken);
            if (spec.Refuse)
                throw new InvalidException("refused");
            if (workshop.Failures.AddOrUpdate(spec.Content, 1, (_, count) => count + 1) <= spec.Fail)
                throw new InvalidOperationException("not yet");
            var inputs = string.Join(",", context.Inputs.OrderBy(input => input.Key).Select(input => $"{input.Key}={input.Value.Ref}"));
            var version = await assets.AddVersionAsync(
                context.Caller, new(AssetKind.Dataset, spec.Content, new { spec.Content, inputs }, context.Run), cancellationToken);
            workshop.Done.Enqueue(spec.Content);
            return new(
                new Dictionary<string, VersionId> { ["out"] = version.Id },
                new Dictionary<string, JsonElement> { ["rows"] = JsonSerializer.SerializeToElement(spec.Rows), ["good"] = JsonSerializer.SerializeToElement(spec.Note != "bad") });
        }
        finally
        {
            Interlocked.Decrement(ref workshop.Running);
        }
    }
}

/// <summary>A step that needs what needs all steps: resources know pipelines, and pipelines know steps.</summary>
internal sealed class RoundaboutStep(IResources resources, IPipelines pipelines) : StepKind<WorkSpec>("roundabout")
{
    protected override Task<StepResult> RunAsync(StepContext context, WorkSpec spec, CancellationToken cancellationToken) =>
        Task.FromResult(resources.Kinds.Count > 0 && pipelines is not null ? StepResult.None : throw new InvalidOperationException());
}

/// <summary>What test steps did, shared by all of them; outlives the platform they run on.</summary>
internal sealed class Workshop
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = [];

    public int Running;

    public int MostAtOnce;

    public ConcurrentQueue<string> Begun { get; } = [];

    /// <summary>Released once for each step that begins.</summary>
    public SemaphoreSlim Begins { get; } = new(0);

    public ConcurrentQueue<string> Done { get; } = [];

    public ConcurrentDictionary<string, int> Failures { get; } = [];

    public TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>Pipelines with their worker on a real platform in a temporary folder.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    private readonly IHostedService[] _hosted;

    private PipelineHost(TestPlatform platform, IHostedService[] hosted) => (Platform, _hosted) = (platform, hosted);

    public static Caller Ada { get; } = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public TestPlatform Platform { get; }

    public IPipelines Pipelines => Platform.Get<IPipelines>();

    public static async Task<PipelineHost> StartAsync(
        Workshop workshop, TempFolder? folder = null, Action<IServiceCollection>? configure = null, TimeProvider? time = null, bool work = true)
    {
        void Configure(IServiceCollection services)
        {
            var settings = new Dictionary<string, string?> { ["Pipelines:Lease"] = "00:00:03" };
            services.AddLedger(new ConfigurationBuilder().Build());
            services.AddPipelines(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            services.AddSingleton(workshop);
            services.AddSingleton<IStepKind>(provider => new WorkStep(provider.GetRequiredService<IAssets>(), workshop, "make", cacheable: true));
            services.AddSingleton<IStepKind>(provider => new WorkStep(provider.GetRequiredService<IAssets>(), workshop, "act", cacheable: false));
            services.AddSingleton<IStepKind, RoundaboutStep>();
            configure?.Invoke(services);
        }

        var platform = folder is null ? await TestPlatform.StartAsync(Configure, time) : await TestPlatform.StartInAsync(folder, Configure, time);
        var hosted = work ? platform.Services.GetServices<IHostedService>().Where(one => one.GetType().Namespace!.StartsWith("Orrery.Pipelines.Worker", StringComparison.Ordinal)).ToArray() : [];
        foreach (var one in hosted)
            await one.StartAsync(CancellationToken.None);
        return new(platform, hosted);
    }

    public Task<IReadOnlyList<ResourceChange>> ApplyAsync(string yaml) =>
        Platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse(yaml, "p.yaml"), ApplyMode.Apply);

    /// <summary>Applies a pipeline <c>p</c> with these steps.</summary>
    public Task<IReadOnlyList<ResourceChange>> ApplyStepsAsync(string steps, string more = "") => ApplyAsync($"""
        kind: Pipeline
        name: p
        spec:
          steps:
        {string.Join('\n', steps.Split('\n').Select(line => $"    {line}"))}
        {string.Join('\n', more.Split('\n').Select(line => $"  {line}"))}
        """);

    public async Task<PipelineStatus> RunAsync(IReadOnlyDictionary<string, string>? parameters = null) =>
        await Pipelines.WaitAsync(Ada, await Pipelines.StartAsync(Ada, "p", parameters));

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _hosted)
            await one.StopAsync(CancellationToken.None);
        await Platform.DisposeAsync();
    }
}
