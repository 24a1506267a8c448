using Orrery.Ledger.Traces.Spans;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>Enums of OpenTelemetry as protobuf names them, which MLflow's JSON does too.</summary>
internal static class SpanWords
{
    public static string Status(SpanStatus status) => status switch
    {
        SpanStatus.Ok => "STATUS_CODE_OK",
        SpanStatus.Error => "STATUS_CODE_ERROR",
        _ => "STATUS_CODE_UNSET",
    };

    public static string Kind(SpanKind kind) => kind switch
    {
        SpanKind.Internal => "SPAN_KIND_INTERNAL",
        SpanKind.Server => "SPAN_KIND_SERVER",
        SpanKind.Client => "SPAN_KIND_CLIENT",
        SpanKind.Producer => "SPAN_KIND_PRODUCER",
        SpanKind.Consumer => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    };
}
