using Orrery.Kernel;

namespace Orrery.Protocols.Qdrant;

/// <summary>A refusal in the words that Qdrant's clients know.</summary>
internal sealed class QdrantRefusal(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The JSON is no JSON, or not of the shape that it must have.</summary>
    public static QdrantRefusal Format(string what) => new(400, $"Format error in JSON body: {what}");

    /// <summary>A value is out of its bounds.</summary>
    public static QdrantRefusal Validation(string path, string what) => new(422, $"Validation error in JSON body: [{path}: {what}]");

    /// <summary>The request contradicts itself.</summary>
    public static QdrantRefusal BadRequest(string what) => new(400, $"Bad request: {what}");

    /// <summary>A whole part of the protocol that is not there.</summary>
    public static QdrantRefusal NotImplemented(string what) => new(501, $"Not implemented: {what}");

    /// <summary>The status and message of any refusal; null where it is none, but a failure.</summary>
    public static (int Status, string Message)? Of(Exception error) => error switch
    {
        QdrantRefusal refusal => (refusal.Status, refusal.Message),
        InvalidException invalid => (400, $"Wrong input: {invalid.Message}"),
        NotFoundException missing => (404, $"Not found: {missing.Message}"),
        ConflictException conflict => (409, $"Wrong input: {conflict.Message}"),
        OrreryException refusal => (Platform.Http.Problems.Status(refusal.Code), refusal.Message),
        Microsoft.AspNetCore.Http.BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        // An element that was asked for what it is not: half a surrogate pair, which is no text, wherever a text may stand.
        InvalidOperationException { Source: { } source } when source.StartsWith("System.Text.Json", StringComparison.Ordinal) => (400, $"Format error in JSON body: {error.Message}"),
        _ => null,
    };
}
