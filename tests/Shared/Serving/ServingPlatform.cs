using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Platform.Signals;
using Orrery.Serving;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Predictions;

namespace Orrery.Tests.Serving;

/// <summary>Ledger and Serving on real embedded adapters, with the endpoint <c>flights</c> for versions of <see cref="TestModel"/>.</summary>
internal sealed class ServingPlatform(TestPlatform platform) : IAsyncDisposable
{
    public const string Endpoint = "flights";

    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public static readonly Caller Root = new(Caller.DefaultWorkspace, "user:root", Role.Admin);

    public TestPlatform Platform { get; } = platform;

    public IEndpoints Endpoints => Platform.Get<IEndpoints>();

    public IPredictions Predictions => Platform.Get<IPredictions>();

    public KnownFeatures Features => Platform.Get<KnownFeatures>();

    public StatedGates Gates => Platform.Get<StatedGates>();

    public static async Task<ServingPlatform> StartAsync(string spec = "{}", TempFolder? folder = null)
    {
        var serving = new ServingPlatform(folder is null ? await TestPlatform.StartAsync(Configure) : await TestPlatform.StartInAsync(folder, Configure));
        await serving.DeclareAsync(spec);
        return serving;
    }

    /// <summary>What the ports and modules of such a platform are.</summary>
    public static void Configure(IServiceCollection services)
    {
        var configuration = new ConfigurationBuilder().Build();
        services.AddLedger(configuration);
        services.AddServing(configuration);
        services.AddSingleton<KnownFeatures>();
        services.AddSingleton<IOnlineFeatures>(provider => provider.GetRequiredService<KnownFeatures>());
        services.AddSingleton<StatedGates>();
        services.AddSingleton<IGates>(provider => provider.GetRequiredService<StatedGates>());
    }

    /// <summary>Applies the endpoint; what <paramref name="spec"/> has is added to the model's name.</summary>
    public async Task DeclareAsync(string spec = "{}", string name = Endpoint)
    {
        var members = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(spec)!;
        members["model"] = JsonSerializer.SerializeToElement("flights");
        await Platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Endpoint, name, JsonSerializer.SerializeToElement(members))], ApplyMode.Apply);
    }

    public async Task<AssetVersion> RegisterAsync(TestModel model) => await RegisterAsync(model.ToOnnx());

    public async Task<AssetVersion> RegisterAsync(byte[] content)
    {
        var blob = await Platform.Blobs.PutAsync(content);
        return await Platform.Get<IAssets>().AddVersionAsync(Ada, new(AssetKind.Model, "flights", TestModel.Manifest(blob.Digest)));
    }

    public async Task<AssetVersion> DeployAsync(TestModel model)
    {
        var version = await RegisterAsync(model);
        await Endpoints.DeployAsync(Ada, Endpoint, version.Ref);
        return version;
    }

    /// <summary>A request with everything it needs, filled but not scored.</summary>
    public Prediction Ask(string origin, double hour, string? id = null)
    {
        var prediction = Predictions.Begin(Ada, Endpoint);
        prediction.Id = id;
        prediction.BeginInput("airport"u8, [1]);
        prediction.SetText(0, System.Text.Encoding.UTF8.GetBytes(origin));
        prediction.BeginInput("origin"u8, [1, 1]);
        prediction.SetText(0, System.Text.Encoding.UTF8.GetBytes(origin));
        prediction.BeginInput("hour"u8, [1, 1]);
        prediction.SetNumber(0, hour);
        return prediction;
    }

    /// <summary>Predicts as a wire does; returns the score and the version that answered.</summary>
    public async Task<(double Score, int Version)> PredictAsync(string origin, double hour, string? id = null)
    {
        await using var prediction = Ask(origin, hour, id);
        await prediction.ScoreAsync();
        prediction.Answered();
        return (prediction.Score(0), prediction.Version);
    }

    /// <summary>Waits for the next alert: its kind and message.</summary>
    public async Task<(string Kind, string Message)> AlertAsync(long from = 0)
    {
        await foreach (var batch in Platform.Signals.Open(AlertStream.Name, AlertStream.Schema).FollowAsync(from))
            return (batch[AlertStream.Kind].Text(0), batch[AlertStream.Message].Text(0));
        throw new InvalidOperationException("The stream of alerts ended.");
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
