using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Exchanges as Anthropic's documentation shows them (docs.anthropic.com: Messages, Streaming messages, Tool use).</summary>
internal static class AnthropicExchange
{
    private const string Text = """{"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hi! My name is Claude."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":2095,"output_tokens":503,"cache_read_input_tokens":100}}""";

    private const string Tools = """{"id":"msg_01Aq9w938a90dw8q","type":"message","role":"assistant","model":"claude-sonnet-4-5","stop_reason":"tool_use","content":[{"type":"text","text":"I'll check."},{"type":"tool_use","id":"toolu_01A09q90qw90lq917835lq9","name":"weather","input":{"city":"Bern","days":2}}],"usage":{"input_tokens":10,"output_tokens":20}}""";

    private static readonly string[] TextEvents =
    [
        """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude","stop_reason":null,"usage":{"input_tokens":25,"output_tokens":1}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", """{"type":"ping"}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}""", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"!"}}""",
        """{"type":"content_block_stop","index":0}""", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}""", """{"type":"message_stop"}""",
    ];

    private static readonly string[] ToolEvents =
    [
        """{"type":"message_start","message":{"id":"msg_2","role":"assistant","content":[],"usage":{"input_tokens":472,"output_tokens":2}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Okay"}}""", """{"type":"content_block_stop","index":0}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T1x1","name":"weather","input":{}}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}""", """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":"}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" \"Bern\"}"}}""", """{"type":"content_block_stop","index":1}""",
        """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}}""", """{"type":"message_stop"}""",
    ];

    public static async Task AnswerAsync(HttpContext http, JsonObject body, string model)
    {
        var hasTools = body["tools"] is not null;
        if (model == "overloaded")
        {
            http.Response.StatusCode = 529;
            await http.Response.WriteAsync("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");
            return;
        }

        if (body["stream"]?.GetValue<bool>() != true)
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(hasTools ? Tools : Text, Encoding.UTF8);
            return;
        }

        http.Response.ContentType = "text/event-stream";
        var events = hasTools ? ToolEvents : TextEvents;
        for (var i = 0; i < events.Length; i++)
        {
            if (model == "half" && i == 4)
                return;
            if (model == "fails-amid" && i == 4)
            {
                await http.Response.WriteAsync("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
                return;
            }

            await http.Response.WriteAsync($"event: {JsonNode.Parse(events[i])!["type"]}\ndata: {events[i]}\n\n");
            await http.Response.Body.FlushAsync();
        }
    }
}
