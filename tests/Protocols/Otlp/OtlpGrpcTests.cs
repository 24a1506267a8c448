using System.Net;
using Google.Protobuf;
using Grpc.Core;
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
using Orrery.Ledger;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;
using Orrery.Protocols.Otlp;
using Orrery.Protocols.Otlp.Messages;
using Orrery.Tests;
using Xunit;
using static Orrery.Protocols.Tests.Otlp.OtlpServer;

namespace Orrery.Protocols.Tests.Otlp;

public sealed class OtlpGrpcTests
{
    private static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    [Fact]
    public async Task Spans_come_over_gRPC_too()
    {
        await using var platform = await TestPlatform.StartAsync(services => services.AddLedger(new ConfigurationBuilder().Build()));
        await using var app = await StartAsync(platform);
        using var channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var client = new TraceService.TraceServiceClient(channel);

        Assert.Null((await client.ExportAsync(Request(NewSpan()))).PartialSuccess);
        var bad = NewSpan(2);
        bad.SpanId = ByteString.Empty;
        Assert.Equal(1, (await client.ExportAsync(Request(bad))).PartialSuccess.RejectedSpans);
        Assert.Equal("root", Assert.Single((await platform.Get<ITraces>().SearchAsync(Ada, new([0]))).Items).Name);

        var unknown = await Assert.ThrowsAsync<RpcException>(() => client.ExportAsync(Request(NewSpan(3)), new Metadata { { OtlpFolder.Header, "99" } }).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        var wrong = await Assert.ThrowsAsync<RpcException>(() => client.ExportAsync(Request(NewSpan(3)), new Metadata { { OtlpFolder.Header, "x" } }).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, wrong.StatusCode);
    }

    private static async Task<WebApplication> StartAsync(TestPlatform platform)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(platform.Get<ITraces>());
        builder.Services.AddSingleton<ISignIn, AdaSignsIn>();
        var app = builder.Build();
        app.UseRouting();
        app.UseRoleGate();
        app.MapGrpcService<OtlpGrpc>().RequireRole(Role.Editor);
        await app.StartAsync();
        return app;
    }

    private sealed class AdaSignsIn : ISignIn
    {
        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context) => new(new CallerPrincipal(Ada));

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
