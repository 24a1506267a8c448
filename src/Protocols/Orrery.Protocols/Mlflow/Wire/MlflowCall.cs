using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>One request of an MLflow client: who asks, what it says, and how to answer.</summary>
/// <param name="http">The request below.</param>
/// <param name="fields">What it says.</param>
/// <param name="within">Takes the answer where it is a part of another one; null where it is the response.</param>
internal sealed class MlflowCall(HttpContext http, MlflowFields fields, IBufferWriter<byte>? within = null)
{
    /// <summary>The request below, for what is not JSON.</summary>
    public HttpContext Http => http;

    /// <summary>Who asks.</summary>
    public Caller Caller { get; } = http.Caller();

    /// <summary>What the request says.</summary>
    public MlflowFields Fields => fields;

    /// <summary>Ends when the client hangs up.</summary>
    public CancellationToken Cancelled => http.RequestAborted;

    /// <summary>A part of the path.</summary>
    public string Route(string name) => (string)http.GetRouteValue(name)!;

    /// <summary>Answers with an object that <paramref name="fields"/> writes the members of.</summary>
    public Task AnswerAsync(Action<Utf8JsonWriter> fields)
    {
        if (within is null)
            return MlflowJson.WriteAsync(http, fields);
        MlflowJson.Write(within, fields);
        return Task.CompletedTask;
    }

    /// <summary>Answers <c>{}</c>: done.</summary>
    public Task AnswerAsync() => AnswerAsync(static _ => { });
}
