using System.IO.Compression;
using System.Net.Http.Headers;
using Google.Protobuf;
using Orrery.Ledger.Traces;
using Orrery.Protocols.Otlp.Messages;
using Orrery.Protocols.Tests.Mlflow;

namespace Orrery.Protocols.Tests.Otlp;

/// <summary>Exports to a server, and what it kept.</summary>
internal static class OtlpServer
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    public static async Task<(int Status, string? Type, byte[] Body)> ExportAsync(
        this MlflowServer server, byte[] body, string type = Protobuf, string? experiment = null, string? encoding = null, string? role = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        if (experiment is not null)
            request.Headers.Add("x-mlflow-experiment-id", experiment);
        if (role is not null)
            request.Headers.Add("role", role);
        using var response = await server.Http.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync());
    }

    public static async Task<IReadOnlyList<Trace>> KeptAsync(this MlflowServer server, long experiment = 0) =>
        (await server.Get<ITraces>().SearchAsync(MlflowServer.Admin, new([experiment], OrderBy: ["timestamp"]))).Items;

    public static ExportTraceServiceRequest Request(params Span[] spans)
    {
        var scope = new ScopeSpans { Scope = new() { Name = "my.library", Version = "1.2" }, Spans = { spans } };
        var resource = new Resource { Attributes = { new KeyValue { Key = "service.name", Value = new() { StringValue = "shop" } } } };
        return new() { ResourceSpans = { new ResourceSpans { Resource = resource, ScopeSpans = { scope } } } };
    }

    public static Span NewSpan(byte trace = 1, byte id = 1, string name = "root") => new()
    {
        TraceId = ByteString.CopyFrom([.. Enumerable.Repeat(trace, 16)]),
        SpanId = ByteString.CopyFrom([.. Enumerable.Repeat(id, 8)]),
        Name = name,
        Kind = 2,
        StartTimeUnixNano = 1_767_268_800_000_000_000,
        EndTimeUnixNano = 1_767_268_800_250_000_000,
    };

    public static KeyValue Text(string key, string value) => new() { Key = key, Value = new() { StringValue = value } };

    public static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(body);
        return packed.ToArray();
    }
}
