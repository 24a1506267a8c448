using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orrery.Hosts.Tests.Server.Telemetry;

/// <summary>A span as it came over the wire.</summary>
internal sealed record ReceivedSpan(string Service, string Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A collector of traces: OTLP over HTTP with protobuf bodies (opentelemetry-proto 1, <c>ExportTraceServiceRequest</c>), as much of it as is asked about.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<ReceivedSpan> _spans = [];
    private readonly List<byte[]> _bodies = [];

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (_spans)
                return [.. _spans];
        }
    }

    /// <summary>All that came, to search for what must not be in it.</summary>
    public IReadOnlyList<byte[]> Bodies
    {
        get
        {
            lock (_spans)
                return [.. _bodies];
        }
    }

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = body.ToArray();
        var spans =
            from resource in ProtoMessage.Read(request).Messages(1)
            let service = Attributes(resource.Messages(1).Single(), 1).GetValueOrDefault("service.name", "")
            from scope in resource.Messages(2)
            from span in scope.Messages(2)
            select new ReceivedSpan(service, span.Text(5), Attributes(span, 9));
        lock (_spans)
        {
            _bodies.Add(request);
            _spans.AddRange(spans);
        }

        // An empty ExportTraceServiceResponse: all were taken.
        http.Response.ContentType = "application/x-protobuf";
    }

    // KeyValue { key = 1, value = 2 }, AnyValue { string = 1, bool = 2, int = 3, … }: the tests ask for texts and whole numbers.
    private static Dictionary<string, string> Attributes(ProtoMessage owner, int field) => owner.Messages(field).ToDictionary(
        pair => pair.Text(1), pair => pair.Messages(2).Single() is var value && value.Has(1) ? value.Text(1) : $"{value.Number(3)}");
}
