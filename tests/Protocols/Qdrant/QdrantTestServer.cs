using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Gateway.Calls;
using Orrery.Ledger;
using Orrery.Platform.Access;
using Orrery.Search;
using Orrery.Search.Collections;
using Orrery.Search.Snapshots;
using Orrery.Tests;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>The wire on a real Kestrel at a free loopback port, before collections on real adapters.</summary>
internal sealed class QdrantTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestPlatform _platform;
    private readonly HttpClient _http;

    private QdrantTestServer(WebApplication app, TestPlatform platform)
    {
        (_app, _platform) = (app, platform);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        _http = new(new SocketsHttpHandler()) { BaseAddress = new(addresses[0]) };
        Channel = GrpcChannel.ForAddress(addresses[1]);
    }

    /// <summary>The REST address.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>To the gRPC port.</summary>
    public GrpcChannel Channel { get; }

    public static Task<QdrantTestServer> StartAsync(params IEnumerable<KeyValuePair<string, string?>> settings) => StartAsync(null, settings);

    /// <summary>With a gateway that embeds texts.</summary>
    public static async Task<QdrantTestServer> StartAsync(IGateway? gateway, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var platform = await TestPlatform.StartAsync(services =>
        {
            services.AddLedger(new ConfigurationBuilder().Build());
            services.AddSearch(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(platform.Get<ICollections>());
        builder.Services.AddSingleton(platform.Get<ISnapshots>());
        builder.Services.AddSingleton<ISignIn, AdaSignsIn>();
        if (gateway is not null)
            builder.Services.AddSingleton(gateway);
        var app = builder.Build();
        app.UseRouting();
        app.UseRoleGate();
        Protocols.Qdrant.Endpoints.QdrantEndpoints.Map(app);
        Protocols.Qdrant.Grpc.QdrantGrpc.Map(app);
        await app.StartAsync();
        return new(app, platform);
    }

    /// <summary>The answer's status and JSON.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>The result of a request that succeeds.</summary>
    public async Task<JsonNode> DoAsync(string method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        return status == HttpStatusCode.OK ? answer["result"]! : throw new HttpRequestException($"{method} {path}: {status} {answer}");
    }

    /// <summary>The bytes that a GET answers.</summary>
    public Task<byte[]> BytesAsync(string path) => _http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    /// <summary>Sends a file in a form.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> UploadAsync(string path, byte[] file)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "snapshot", "../../x.snapshot" } };
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), form);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        _http.Dispose();
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    private sealed class AdaSignsIn : ISignIn
    {
        private static readonly CallerPrincipal Ada = new(new(Caller.DefaultWorkspace, "user:ada", Role.Editor));

        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context) => new(Ada);

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
