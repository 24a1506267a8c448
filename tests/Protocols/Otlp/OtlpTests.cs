using System.Text;
using System.Text.Json;
using CsCheck;
using Google.Protobuf;
using Orrery.Kernel;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Spans;
using Orrery.Protocols.Otlp;
using Orrery.Protocols.Otlp.Messages;
using Orrery.Protocols.Tests.Mlflow;
using Xunit;
using static Orrery.Protocols.Tests.Otlp.OtlpServer;

namespace Orrery.Protocols.Tests.Otlp;

public sealed class OtlpTests
{
    // The example of the specification: opentelemetry-proto, examples/trace.json.
    private const string Example =
        """
        {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
          "scopeSpans": [{"scope": {"name": "my.library", "version": "1.0.0", "attributes": [{"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
            "spans": [{"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "parentSpanId": "EEE19B7EC3C1B173", "name": "I'm a server span",
              "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712661000000000", "kind": 2,
              "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]}]}]}]}
        """;

    [Fact]
    public async Task The_specifications_example_is_kept_as_it_is()
    {
        await using var server = await MlflowServer.StartAsync();
        var (status, type, body) = await server.ExportAsync(Encoding.UTF8.GetBytes(Example), Json);
        Assert.Equal((200, Json, "{}"), (status, type, Encoding.UTF8.GetString(body)));

        var span = Assert.Single(await server.Get<ITraces>().SpansAsync(MlflowServer.Admin, "tr-5b8efff798038103d269b633813fc60c"));
        Assert.Equal(("eee19b7ec3c1b174", "eee19b7ec3c1b173", "I'm a server span", SpanKind.Server), (span.Id, span.ParentId, span.Name, span.Kind));
        Assert.Equal((1544712660000000000, 1544712661000000000), (span.Start, span.End));
        Assert.Equal((new SpanScope("my.library", "1.0.0"), "service.name"), (span.Scope, Assert.Single(span.Resource).Key));
        Assert.Equal(new SpanValue.Text("some value"), Assert.Single(span.Attributes).Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task Protobuf_is_kept_packed_or_not(string? encoding)
    {
        await using var server = await MlflowServer.StartAsync();
        var body = Request(NewSpan()).ToByteArray();
        var (status, type, answer) = await server.ExportAsync(encoding is null ? body : Gzip(body), encoding: encoding);
        Assert.Equal((200, Protobuf), (status, type));
        Assert.Null(ExportTraceServiceResponse.Parser.ParseFrom(answer).PartialSuccess);
        var trace = Assert.Single(await server.KeptAsync());
        Assert.Equal(("root", TraceState.Ok, TimeSpan.FromMilliseconds(250)), (trace.Name, trace.State, trace.Duration));
    }

    [Fact]
    public async Task The_header_names_the_experiment()
    {
        await using var server = await MlflowServer.StartAsync();
        var experiment = (await server.PostAsync("/experiments/create", new { name = "shop" })).GetProperty("experiment_id").GetString()!;
        await server.ExportAsync(Request(NewSpan()).ToByteArray(), experiment: experiment);
        Assert.Empty(await server.KeptAsync());
        Assert.Single(await server.KeptAsync(long.Parse(experiment, System.Globalization.CultureInfo.InvariantCulture)));

        Assert.Equal(404, (await server.ExportAsync(Request(NewSpan(2)).ToByteArray(), experiment: "77")).Status);
        Assert.Equal(400, (await server.ExportAsync(Request(NewSpan(2)).ToByteArray(), experiment: "../1")).Status);
    }

    [Fact]
    public async Task Bad_spans_are_left_out_and_counted_and_the_rest_is_kept()
    {
        await using var server = await MlflowServer.StartAsync();
        var request = Request(NewSpan(1), With(NewSpan(2), span => span.TraceId = ByteString.Empty), With(NewSpan(3), span => span.SpanId = ByteString.CopyFrom(1, 2)), NewSpan(4));
        var (status, _, answer) = await server.ExportAsync(request.ToByteArray());
        var partial = ExportTraceServiceResponse.Parser.ParseFrom(answer).PartialSuccess;
        Assert.Equal((200, 2), (status, partial.RejectedSpans));
        Assert.Contains("16 bytes", partial.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(2, (await server.KeptAsync()).Count);

        var (_, _, json) = await server.ExportAsync("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz","spanId":"1","name":"a"}]}]}]}"""u8.ToArray(), Json);
        Assert.Equal("1", JsonDocument.Parse(json).RootElement.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString());
    }

    [Theory]
    [InlineData(Protobuf, "this is no protobuf", 400)]
    [InlineData(Json, "{", 400)]
    [InlineData(Json, "[]", 400)]
    [InlineData(Json, """{"resourceSpans": {}}""", 400)]
    [InlineData(Json, """{"resourceSpans": [1]}""", 400)]
    [InlineData(Json, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"yesterday"}]}]}]}""", 400)]
    [InlineData(Json, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"a","value":{"intValue":"1.5"}}]}]}]}]}""", 400)]
    [InlineData(Json, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\ud800"}]}]}]}""", 400)]
    [InlineData("text/plain", "", 415)]
    public async Task What_is_no_export_is_refused_in_the_form_it_came(string type, string body, int expected)
    {
        await using var server = await MlflowServer.StartAsync();
        var (status, answered, answer) = await server.ExportAsync(Encoding.UTF8.GetBytes(body), type);
        Assert.Equal(expected, status);
        Assert.Equal(type == Json ? Json : Protobuf, answered);
        Assert.NotEmpty(type == Json ? JsonDocument.Parse(answer).RootElement.GetProperty("message").GetString()! : RpcStatus.Parser.ParseFrom(answer).Message);
        Assert.Empty(await server.KeptAsync());
    }

    [Fact]
    public async Task A_body_that_grows_when_it_is_unpacked_is_refused()
    {
        await using var server = await MlflowServer.StartAsync();
        var bomb = Gzip(new byte[OtlpBody.MaxBytes + 1]);
        Assert.InRange(bomb.Length, 1, 100_000);
        Assert.Equal(413, (await server.ExportAsync(bomb, encoding: "gzip")).Status);
        Assert.Equal(400, (await server.ExportAsync(bomb[..200], encoding: "gzip")).Status);
        Assert.Equal(400, (await server.ExportAsync("no gzip"u8.ToArray(), encoding: "gzip")).Status);
        Assert.Equal(415, (await server.ExportAsync(bomb, encoding: "br")).Status);
    }

    [Fact]
    public async Task A_million_attributes_are_refused_before_they_are_made()
    {
        await using var server = await MlflowServer.StartAsync();
        var span = NewSpan();
        // An attribute without key and value takes two bytes.
        var attributes = Enumerable.Repeat((byte[])[0x4a, 0x00], OtlpBudget.MaxMessages).SelectMany(bytes => bytes).ToArray();
        var body = Wrapped([.. span.ToByteArray(), .. attributes]);
        var (status, _, answer) = await server.ExportAsync(body);
        Assert.Equal(400, status);
        Assert.Contains("1000000", RpcStatus.Parser.ParseFrom(answer).Message, StringComparison.Ordinal);

        // Below that bound it is the span that has too many, and the span alone is refused.
        span.Attributes.Add(Enumerable.Range(0, 5000).Select(i => Text($"a{i}", "x")));
        var (_, _, partial) = await server.ExportAsync(Request(span, NewSpan(2)).ToByteArray());
        Assert.Equal(1, ExportTraceServiceResponse.Parser.ParseFrom(partial).PartialSuccess.RejectedSpans);
        Assert.Single(await server.KeptAsync());
    }

    [Fact]
    public void Values_within_values_end_somewhere()
    {
        var value = new AnyValue { StringValue = "x" };
        for (var i = 0; i < 200; i++)
            value = new() { ArrayValue = new() { Values = { value } } };
        var request = Request(NewSpan());
        request.ResourceSpans[0].ScopeSpans[0].Spans[0].Attributes.Add(new KeyValue { Key = "deep", Value = value });
        Assert.Throws<InvalidException>(() => OtlpProtobuf.Read(request.ToByteArray()));
        Assert.Throws<InvalidException>(() => OtlpJson.Read(Encoding.UTF8.GetBytes(
            $$"""{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{{string.Concat(Enumerable.Repeat("""{"arrayValue":{"values":[""", 200))}}]}]}""")));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        // An export with some bytes changed gets further into the reader than noise does.
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 5].Select(changes =>
        {
            var bytes = Request(With(NewSpan(), span => span.Attributes.Add(Text("a", "b")))).ToByteArray();
            foreach (var (at, value) in changes)
                bytes[at % bytes.Length] = value;
            return bytes;
        })).Sample(bytes =>
    {
        foreach (var read in (Action[])[() => OtlpProtobuf.Read(bytes), () => OtlpJson.Read(bytes)])
        {
            try
            {
                read();
            }
            catch (InvalidException)
            {
            }
        }
    });

    [Fact]
    public void Every_kind_of_value_says_the_same_in_protobuf_and_in_JSON()
    {
        const string json =
            """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"01010101010101010101010101010101","spanId":"0101010101010101","name":"n","startTimeUnixNano":1,"flags":257,"unknown":[{}],
              "status":{"code":2,"message":"why"},"traceState":"a=b","droppedEventsCount":3,
              "events":[{"timeUnixNano":"5","name":"e","attributes":[{"key":"k","value":{"boolValue":true}}]}],
              "links":[{"traceId":"02020202020202020202020202020202","spanId":"0202020202020202"}],
              "attributes":[{"key":"t","value":{"stringValue":""}},{"key":"i","value":{"intValue":"-9223372036854775808"}},{"key":"j","value":{"intValue":7}},{"key":"d","value":{"doubleValue":0.1}},
                {"key":"n","value":{"doubleValue":"NaN"}},{"key":"b","value":{"bytesValue":"AQI="}},{"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{}]}}},
                {"key":"m","value":{"kvlistValue":{"values":[{"key":"z","value":{"intValue":"1"}}]}}},{"key":"none"}]}]}]}]}
            """;
        var span = new Span
        {
            TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, 16)]),
            SpanId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, 8)]),
            Name = "n",
            StartTimeUnixNano = 1,
            Flags = 257,
            TraceState = "a=b",
            DroppedEventsCount = 3,
            Status = new() { Code = 2, Message = "why" },
            Events = { new Span.Types.Event { TimeUnixNano = 5, Name = "e", Attributes = { new KeyValue { Key = "k", Value = new() { BoolValue = true } } } } },
            Links = { new Span.Types.Link { TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)2, 16)]), SpanId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)2, 8)]) } },
            Attributes =
            {
                Text("t", ""), new KeyValue { Key = "i", Value = new() { IntValue = long.MinValue } }, new KeyValue { Key = "j", Value = new() { IntValue = 7 } },
                new KeyValue { Key = "d", Value = new() { DoubleValue = 0.1 } }, new KeyValue { Key = "n", Value = new() { DoubleValue = double.NaN } },
                new KeyValue { Key = "b", Value = new() { BytesValue = ByteString.CopyFrom(1, 2) } },
                new KeyValue { Key = "a", Value = new() { ArrayValue = new() { Values = { new AnyValue { StringValue = "x" }, new AnyValue() } } } },
                new KeyValue { Key = "m", Value = new() { KvlistValue = new() { Values = { new KeyValue { Key = "z", Value = new() { IntValue = 1 } } } } } },
                new KeyValue { Key = "none" },
            },
        };
        var binary = OtlpProtobuf.Read(new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { span } } } } } }.ToByteArray());
        Assert.Equal(Shape(Assert.Single(binary)), Shape(Assert.Single(OtlpJson.Read(Encoding.UTF8.GetBytes(json)))));
    }

    [Fact]
    public async Task A_viewer_may_not_export()
    {
        await using var server = await MlflowServer.StartAsync();
        Assert.Equal(403, (await server.ExportAsync(Request(NewSpan()).ToByteArray(), role: "Viewer")).Status);
        Assert.Empty(await server.KeptAsync());
    }

    private static Span With(Span span, Action<Span> change)
    {
        change(span);
        return span;
    }

    private static byte[] Wrapped(byte[] span) => Field(1, Field(2, Field(2, span)));

    private static byte[] Field(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }

    private static string Shape(TraceSpan span) => string.Join('|',
        span.TraceId, span.Id, span.ParentId, span.Name, span.Start, span.End, span.Kind, span.Status, span.StatusMessage, Shape(span.Attributes),
        string.Join(';', span.Events.Select(e => $"{e.Time} {e.Name} {Shape(e.Attributes)}")), string.Join(';', span.Links.Select(l => $"{l.TraceId} {l.SpanId} {Shape(l.Attributes)}")),
        span.State, span.Flags, span.DroppedEvents, span.Scope);

    private static string Shape(IReadOnlyList<SpanAttribute> attributes) => string.Join(',', attributes.Select(attribute => $"{attribute.Key}:{attribute.Value.GetType().Name}:{attribute.Value.ToJson()}"));
}
