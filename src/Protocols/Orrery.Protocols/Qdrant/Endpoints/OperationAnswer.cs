using System.Text.Json;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>What became of a change.</summary>
internal static class OperationAnswer
{
    /// <summary>A change is durable and seen before it is answered, whether the client waits for it or not; it is called what the client expects.</summary>
    public static Action<Utf8JsonWriter> Completed(QdrantCall call, long number)
    {
        var status = call.Flag("wait") ? "completed" : "acknowledged";
        return json => Write(json, number, status);
    }

    public static void Write(Utf8JsonWriter json, long number, string status)
    {
        json.WriteStartObject();
        json.WriteNumber("operation_id"u8, number);
        json.WriteString("status"u8, status);
        json.WriteEndObject();
    }
}
