using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Platform.Access;
using Orrery.Platform.Http;
using Orrery.Serving;
using Orrery.Tests.Serving;

namespace Orrery.Protocols.Tests.OpenInference;

/// <summary>The wire on a real Kestrel at free loopback ports, one for HTTP/1 and one for gRPC, before Serving on real adapters.</summary>
internal sealed class InferenceTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InferenceTestServer(WebApplication app, ServingPlatform serving)
    {
        (_app, Serving) = (app, serving);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Http = new(new SocketsHttpHandler()) { BaseAddress = new(addresses[0]) };
        Channel = GrpcChannel.ForAddress(addresses[1]);
    }

    public ServingPlatform Serving { get; }

    public HttpClient Http { get; }

    public GrpcChannel Channel { get; }

    public static async Task<InferenceTestServer> StartAsync()
    {
        var serving = await ServingPlatform.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(serving.Predictions);
        builder.Services.AddSingleton(serving.Platform.Get<IOptions<ServingOptions>>());
        builder.Services.AddSingleton<ISignIn, AdaSignsIn>();
        builder.Services.AddProtocols();
        var app = builder.Build();
        app.Use(AnswerAsync);
        app.UseRouting();
        app.UseRoleGate();
        app.MapProtocols();
        await app.StartAsync();
        return new(app, serving);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Channel.Dispose();
        await _app.DisposeAsync();
        await Serving.DisposeAsync();
    }

    // Answers refusals as the host does.
    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Kernel.OrreryException refusal) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = Problems.Of(refusal).Status!.Value;
        }
    }

    /// <summary>Everybody is Ada, a viewer of the default workspace, but for requests that say otherwise.</summary>
    private sealed class AdaSignsIn : ISignIn
    {
        private static readonly CallerPrincipal Ada = new(new(Caller.DefaultWorkspace, "user:ada", Role.Viewer));

        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context) => new(context.Request.Headers.ContainsKey("Anonymous") ? null : Ada);

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
