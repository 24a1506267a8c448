using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI;
using Orrery.Gateway;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Responses;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Tests;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>The wire on a real Kestrel at a free loopback port, before the gateway on real adapters and a provider that does as it is told.</summary>
internal sealed class OpenAiTestServer : IAsyncDisposable
{
    internal static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Admin);

    private readonly WebApplication _app;
    private readonly TestPlatform _platform;

    private OpenAiTestServer(WebApplication app, TestPlatform platform, OddProvider provider)
    {
        (_app, _platform, Provider) = (app, platform, provider);
        Http = new(new SocketsHttpHandler()) { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    public HttpClient Http { get; }

    public OddProvider Provider { get; }

    public TestPlatform Platform => _platform;

    /// <summary>OpenAI's own client at this server, which does not try again by itself.</summary>
    public OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(Http.BaseAddress!, "/v1"),
        RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0),
    });

    public static async Task<OpenAiTestServer> StartAsync(TimeProvider? time = null, int maxReplyBytes = 1 << 20)
    {
        var provider = await OddProvider.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:PrivateHosts:0"] = provider.Authority,
            ["Gateway:Keys:odd:Value"] = "sk-secret",
            ["Gateway:Keys:odd:Host"] = "127.0.0.1",
            ["Gateway:MaxReplyBytes"] = maxReplyBytes.ToString(),
            ["Gateway:MaxRequestBytes"] = "100000",
        }).Build();
        var platform = await TestPlatform.StartAsync(services =>
        {
            services.AddLogging();
            services.AddLedger(configuration);
            services.AddGateway(configuration);
        }, time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(platform.Get<IGateway>());
        builder.Services.AddSingleton(platform.Get<IResponses>());
        builder.Services.AddSingleton(platform.Get<IOptions<GatewayOptions>>());
        builder.Services.AddSingleton<ISignIn, AdaSignsIn>();
        var app = builder.Build();
        app.UseRouting();
        app.UseRoleGate();
        Protocols.OpenAi.OpenAiEndpoints.Map(app);
        await app.StartAsync();
        return new(app, platform, provider);
    }

    /// <summary>Declares a route to models of the odd provider, with further parts of the spec as JSON.</summary>
    public Task DeclareAsync(string name, IEnumerable<string> models, string more = "")
    {
        var targets = models.Select(model => $$"""{"provider":"openAi","url":"http://{{Provider.Authority}}/v1","model":"{{model}}","key":"odd","timeout":"20s"}""");
        return ApplyAsync(name, $$"""{"targets":[{{string.Join(',', targets)}}],"retryWait":"0s"{{(more.Length > 0 ? "," + more : "")}}}""");
    }

    public async Task ApplyAsync(string name, string spec)
    {
        using var document = JsonDocument.Parse(spec);
        await _platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Route, name, document.RootElement.Clone())], ApplyMode.Apply);
    }

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(path, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> ChatAsync(string model, string more = "")
    {
        var (status, text) = await PostAsync("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]{{more}}}""");
        return (status, JsonNode.Parse(text)!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
        await Provider.DisposeAsync();
    }

    private sealed class AdaSignsIn : ISignIn
    {
        private static readonly CallerPrincipal Principal = new(Ada);

        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context) => new(Principal);

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
