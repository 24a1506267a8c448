using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Caching;
using Orrery.Gateway.Providers;
using Orrery.Gateway.Routes;
using Orrery.Gateway.Usage;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Gateway.Calls;

/// <summary>The gateway: finds the route, looks at budget and cache, asks the targets, counts.</summary>
internal sealed class RouteDesk(RouteDirectory directory, UsageStore usage, AnswerCache cache, TargetOrder order, Attempts attempts) : IGateway
{
    public Task<IReadOnlyList<RouteSummary>> RoutesAsync(Caller caller, CancellationToken cancellationToken) => directory.ListAsync(caller, cancellationToken);

    public async Task<GatewayReply> AskAsync(Caller caller, GatewayRequest request, CancellationToken cancellationToken)
    {
        var route = await directory.FindAsync(caller, request.Route, cancellationToken);
        var left = await usage.LeftAsync(caller, request, route.Spec.Budgets ?? [], cancellationToken);
        var reply = request.IsStreamed
            ? await StreamAsync(caller, request, route, left, cancellationToken)
            : await WholeAsync(caller, request, route, cancellationToken);
        return reply with { Warning = left.Warning };
    }

    private async Task<GatewayReply> WholeAsync(Caller caller, GatewayRequest request, CallableRoute route, CancellationToken cancellationToken)
    {
        var key = route.Spec.Cache is null ? null : AnswerCache.Key(caller, route.Version, request);
        if (key is not null && await cache.FindAsync(key, cancellationToken) is { } kept)
        {
            // Who answered then is forgotten: the first target's price tells what was saved.
            await usage.AddAsync(caller, request, default, cost: 0, saved: (TokenUsage.Of(kept) ?? default).Cost(route.Spec.Targets[0].Price), cancellationToken);
            return new GatewayReply(kept, null, "cache");
        }

        var (answer, target) = await attempts.RunAsync(route, Targets(caller, request, route), (provider, target, token) => provider.AskAsync(target, request, token), cancellationToken);
        var used = TokenUsage.Of(answer) ?? new(TokenUsage.Estimate(request.Body.ToJsonString().Length), TokenUsage.Estimate(answer.ToJsonString().Length));
        // The tokens are spent, whether or not the client still waits.
        await usage.AddAsync(caller, request, used, used.Cost(target.Price), saved: null, CancellationToken.None);
        answer["model"] = request.Route;
        if (key is not null)
            await cache.KeepAsync(key, answer, route.Spec.Cache!.Value, CancellationToken.None);
        return new GatewayReply(answer, null, Attempts.Name(target));
    }

    private IReadOnlyList<TargetSpec> Targets(Caller caller, GatewayRequest request, CallableRoute route) =>
        order.Of(route.Spec, route.Name, request.Body["user"]?.GetValueKind() == JsonValueKind.String ? request.Body["user"]!.GetValue<string>() : caller.Actor);

    private async Task<GatewayReply> StreamAsync(Caller caller, GatewayRequest request, CallableRoute route, Allowance left, CancellationToken cancellationToken)
    {
        // A target has answered when its first part is here; until then the next may be asked.
        var (parts, target) = await attempts.RunAsync(route, Targets(caller, request, route), (provider, target, deadline) => BegunStream.StartAsync(provider, target, request, deadline, cancellationToken), cancellationToken);
        return new GatewayReply(null, CountedAsync(caller, request, parts, target, left, cancellationToken), Attempts.Name(target));
    }

    private async IAsyncEnumerable<JsonObject> CountedAsync(
        Caller caller, GatewayRequest request, BegunStream parts, TargetSpec target, Allowance left, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var promptEstimate = TokenUsage.Estimate(request.Body.ToJsonString().Length);
        var asksUsage = request.Body["stream_options"]?["include_usage"] is JsonValue flag && flag.GetValueKind() == JsonValueKind.True;
        TokenUsage? counted = null;
        var count = 0L;
        try
        {
            do
            {
                var part = parts.Current;
                part["model"] = request.Route;
                counted = TokenUsage.Of(part) ?? counted;
                count++;
                // The last part carries the usage and no choice.
                if (part["choices"] is JsonArray { Count: > 0 } || asksUsage)
                {
                    if (!asksUsage)
                        part.Remove("usage");
                    yield return part;
                }

                // A part is about a token.
                if (left.IsExceeded(new(promptEstimate, count), target.Price))
                    throw new QuotaExceededException($"The budget of the route '{request.Route}' ended amid the answer.");
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (await NextAsync(parts));
        }
        finally
        {
            await parts.DisposeAsync();
            var used = counted ?? new TokenUsage(promptEstimate, count);
            await usage.AddAsync(caller, request, used, used.Cost(target.Price), saved: null, CancellationToken.None);
        }
    }

    private static async Task<bool> NextAsync(BegunStream parts)
    {
        try
        {
            return await parts.MoveNextAsync();
        }
        catch (ProviderFault fault)
        {
            throw new UnavailableException(fault.Message, fault);
        }
    }
}
