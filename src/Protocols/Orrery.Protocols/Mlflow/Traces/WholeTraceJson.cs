using System.Text.Json;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>A trace with its spans as MLflow's message <c>Trace</c>.</summary>
internal static class WholeTraceJson
{
    public static void Write(Utf8JsonWriter json, Trace trace, IEnumerable<Assessment> assessments, IReadOnlyList<TraceSpan> spans)
    {
        json.WriteStartObject("trace_info"u8);
        TraceJson.WriteInfo(json, trace, assessments);
        json.WriteEndObject();
        json.WriteEach("spans"u8, spans, ProtoSpanJson.Write);
    }
}
