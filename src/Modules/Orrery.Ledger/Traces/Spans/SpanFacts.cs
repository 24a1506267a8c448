using System.Globalization;
using System.Text.Json;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>
/// What a span says in words that several conventions have for it: MLflow's (mlflow/tracing/constant.py, 3.5),
/// OpenTelemetry's for generative AI (opentelemetry.io/docs/specs/semconv/gen-ai) and OpenInference's (arize-ai.github.io/openinference/spec). Where two speak, the first of that list that
/// says something counts.
/// </summary>
public static class SpanFacts
{
    private static readonly string[] InputKeys = ["mlflow.spanInputs", "gen_ai.input.messages", "gen_ai.prompt", "input.value", "gen_ai.tool.call.arguments"];
    private static readonly string[] OutputKeys = ["mlflow.spanOutputs", "gen_ai.output.messages", "gen_ai.completion", "output.value", "gen_ai.tool.call.result"];
    private static readonly string[] ModelKeys = ["gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "mlflow.llm.model"];

    /// <summary>What went in; null where nobody says.</summary>
    public static SpanValue? Inputs(TraceSpan span) => Find(span, InputKeys);

    /// <summary>What came out; null where nobody says.</summary>
    public static SpanValue? Outputs(TraceSpan span) => Find(span, OutputKeys);

    /// <summary>The language model that was asked; null where nobody says.</summary>
    public static string? Model(TraceSpan span) => (Find(span, ModelKeys) as SpanValue.Text)?.Value;

    /// <summary>What sort of step it is, in MLflow's words: <c>LLM</c>, <c>CHAT_MODEL</c>, <c>TOOL</c>, <c>AGENT</c>, <c>RETRIEVER</c> …; null where nobody says.</summary>
    public static string? Type(TraceSpan span)
    {
        if (Text(span, "mlflow.spanType") is { Length: > 0 } type)
            return type;
        return Text(span, "gen_ai.operation.name") switch
        {
            "chat" or "generate_content" => "CHAT_MODEL",
            "text_completion" => "LLM",
            "embeddings" => "EMBEDDING",
            "execute_tool" => "TOOL",
            "create_agent" or "invoke_agent" => "AGENT",
            _ => Text(span, "openinference.span.kind")?.ToUpperInvariant(),
        };
    }

    /// <summary>What it used of a language model; null where nobody says.</summary>
    public static TokenUsage? Usage(TraceSpan span)
    {
        var cost = Cost(span);
        if (Find(span, "mlflow.chat.tokenUsage") is { } stated && OfObject(stated) is { } usage)
            return usage with { Cost = cost };
        var input = Whole(span, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt");
        var output = Whole(span, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion");
        var total = Whole(span, "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total");
        if (input is null && output is null && total is null && cost is null)
            return null;
        return new(input ?? 0, output ?? 0, total ?? (input ?? 0) + (output ?? 0), cost);
    }

    /// <summary>Usage from JSON such as <c>{"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}</c>; null where it is none.</summary>
    public static TokenUsage? OfJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            return OfCounts(key => document.RootElement.TryGetProperty(key, out var value) && value.TryGetInt64(out var count) ? count : null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The value of an attribute by the first of these names that has one.</summary>
    public static SpanValue? Find(TraceSpan span, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            foreach (var attribute in span.Attributes)
            {
                if (attribute.Key == key && attribute.Value is not SpanValue.Empty)
                    return attribute.Value;
            }
        }

        return null;
    }

    private static TokenUsage? OfObject(SpanValue value) => value switch
    {
        SpanValue.Text text => OfJson(text.Value),
        SpanValue.Fields fields => OfCounts(key => fields.Values.FirstOrDefault(field => field.Key == key)?.Value is { } count ? Whole(count) : null),
        _ => null,
    };

    private static TokenUsage? OfCounts(Func<string, long?> count)
    {
        var (input, output, total) = (Counted(count("input_tokens")), Counted(count("output_tokens")), Counted(count("total_tokens")));
        return input is null && output is null && total is null ? null : new(input ?? 0, output ?? 0, total ?? (input ?? 0) + (output ?? 0));
    }

    // OpenTelemetry has no attribute for it yet; MLflow 3.10 and OpenInference have.
    private static double? Cost(TraceSpan span)
    {
        var value = Find(span, "mlflow.llm.cost", "gen_ai.usage.cost", "llm.cost.total");
        if (value is SpanValue.Fields fields)
            value = fields.Values.FirstOrDefault(field => field.Key == "total_cost")?.Value;
        return value switch
        {
            SpanValue.Number { Value: >= 0 } number when double.IsFinite(number.Value) => number.Value,
            SpanValue.Whole { Value: >= 0 } whole => whole.Value,
            _ => null,
        };
    }

    private static string? Text(TraceSpan span, string key) => (Find(span, key) as SpanValue.Text)?.Value;

    private static long? Whole(TraceSpan span, params ReadOnlySpan<string> keys) => Find(span, keys) is { } value ? Counted(Whole(value)) : null;

    private static long? Whole(SpanValue value) => value switch
    {
        SpanValue.Whole whole => whole.Value,
        SpanValue.Number { Value: var number } when double.IsInteger(number) && Math.Abs(number) < 1L << 53 => (long)number,
        SpanValue.Text { Value: var text } when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => null,
    };

    // No model reads 2^40 tokens; more is a fault, and the sum of such would overflow.
    private static long? Counted(long? count) => count is >= 0 and < 1L << 40 ? count : null;
}
