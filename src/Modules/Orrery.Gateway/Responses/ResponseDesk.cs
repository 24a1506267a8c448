using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Gateway.Responses;

/// <summary>Responses over the gateway's routes.</summary>
internal sealed class ResponseDesk(IGateway gateway, ResponseStore store, TimeProvider time) : IResponses
{
    /// <summary>Answers that are being made in the background of this process.</summary>
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);

    public async Task<ResponseReply> CreateAsync(Caller caller, JsonObject body, string feature, CancellationToken cancellationToken)
    {
        var request = ResponseRequest.Read(body);
        var before = request.PreviousId is { } id ? (await FindAsync(caller, id, cancellationToken)).Conversation() : [];
        JsonArray context = [.. before.Select(item => item!.DeepClone()), .. request.Input.Select(item => item!.DeepClone())];
        var stored = new StoredResponse(request.Begin(time.GetUtcNow()), request.Input, context);
        var answer = new ResponseAnswer(stored.Response);
        var chat = request.Chat(context) with { Feature = feature };
        if (request.IsBackground && !request.IsStreamed)
            return await BackgroundAsync(caller, chat, stored, answer, cancellationToken);
        var reply = await gateway.AskAsync(caller, chat, cancellationToken);
        if (reply.Parts is { } parts)
            return new(null, EventsAsync(caller, request, stored, answer, parts, cancellationToken), reply.Target);
        await CompleteAsync(caller, request.IsStored, stored, answer, reply.Whole!);
        return new(stored.Response, null, reply.Target);
    }

    public async Task<JsonObject> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(caller, id, cancellationToken);
        // It was being made when its process ended: nobody will finish it.
        if (stored.Response["status"]!.ToString() is "queued" or "in_progress" && !_running.ContainsKey(id))
        {
            stored.Response["status"] = "failed";
            stored.Response["error"] = new JsonObject { ["code"] = "server_error", ["message"] = "The server ended while it was answering." };
            await store.KeepAsync(caller, stored, cancellationToken);
        }

        return stored.Response;
    }

    public async Task<IReadOnlyList<JsonObject>> InputAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        [.. (await FindAsync(caller, id, cancellationToken)).Input.Select(item => item!.AsObject())];

    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await FindAsync(caller, id, cancellationToken);
        if (_running.TryGetValue(id, out var running))
            await running.CancelAsync();
        await store.DeleteAsync(caller, id, cancellationToken);
    }

    public async Task<JsonObject> CancelAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(caller, id, cancellationToken);
        if (stored.Response["background"]?.GetValue<bool>() != true)
            throw ResponseItems.Wrong("response_id", "names a response that was not made in the background; only those can be cancelled");
        if (stored.Response["status"]!.ToString() is not ("queued" or "in_progress"))
            return stored.Response;
        if (_running.TryGetValue(id, out var running))
            await running.CancelAsync();
        stored.Response["status"] = "cancelled";
        await store.KeepAsync(caller, stored, cancellationToken);
        return stored.Response;
    }

    private async Task<ResponseReply> BackgroundAsync(Caller caller, GatewayRequest chat, StoredResponse stored, ResponseAnswer answer, CancellationToken cancellationToken)
    {
        var id = stored.Response["id"]!.ToString();
        var cancel = new CancellationTokenSource();
        _running[id] = cancel;
        await store.KeepAsync(caller, stored, cancellationToken);
        var queued = (JsonObject)stored.Response.DeepClone();
        _ = Task.Run(() => AnswerAsync(caller, id, chat, stored, answer, cancel), CancellationToken.None);
        return new(queued, null, "");
    }

    private async Task AnswerAsync(Caller caller, string id, GatewayRequest chat, StoredResponse stored, ResponseAnswer answer, CancellationTokenSource cancel)
    {
        try
        {
            var reply = await gateway.AskAsync(caller, chat, cancel.Token);
            if (!cancel.IsCancellationRequested)
                await CompleteAsync(caller, isStored: true, stored, answer, reply.Whole!);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled has said so in the store.
        }
        catch (OrreryException refusal)
        {
            answer.Fail(refusal.Message);
            await store.KeepAsync(caller, stored, CancellationToken.None);
        }
        finally
        {
            _running.TryRemove(id, out _);
            cancel.Dispose();
        }
    }

    private async Task CompleteAsync(Caller caller, bool isStored, StoredResponse stored, ResponseAnswer answer, JsonObject whole)
    {
        answer.Take(whole);
        foreach (var _ in answer.End())
        {
            // The events of a whole answer are for nobody.
        }

        // It is paid for, whether or not the client still waits.
        if (isStored)
            await store.KeepAsync(caller, stored, CancellationToken.None);
    }

    private async IAsyncEnumerable<JsonObject> EventsAsync(
        Caller caller, ResponseRequest request, StoredResponse stored, ResponseAnswer answer, IAsyncEnumerable<JsonObject> parts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var happened in answer.Begin())
            yield return happened;
        JsonObject? failure = null;
        await using var part = parts.GetAsyncEnumerator(cancellationToken);
        while (failure is null)
        {
            try
            {
                if (!await part.MoveNextAsync())
                    break;
            }
            catch (OrreryException refusal)
            {
                failure = answer.Fail(refusal.Message);
                break;
            }

            foreach (var happened in answer.TakePart(part.Current))
                yield return happened;
        }

        List<JsonObject> last = failure is null ? [.. answer.End()] : [failure];
        if (request.IsStored)
            await store.KeepAsync(caller, stored, CancellationToken.None);
        // A client that has read the last event finds the response.
        foreach (var happened in last)
            yield return happened;
    }

    private async Task<StoredResponse> FindAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        await store.FindAsync(caller, id, cancellationToken) ?? throw new NotFoundException($"There is no response '{id}'.");
}
