using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Gateway.Usage;

internal static class UsageEndpoints
{
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(30);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Gateway", "/gateway").MapGet("/usage", (HttpContext http, IGatewayUsage usage, TimeProvider time, CancellationToken ct, string? by, DateTimeOffset? since, DateTimeOffset? until) =>
            {
                var end = until ?? time.GetUtcNow().AddMinutes(1);
                return usage.ReportAsync(http.Caller(), QueryWord.Read<UsageDivision>(by, "by") ?? UsageDivision.Route, since ?? end - DefaultSpan, end, ct);
            })
            .RequireRole(Role.Editor).WithName("GatewayUsage").WithSummary("What language models were used by route, caller, feature or day: requests, tokens, cost, what the cache saved. The last 30 days where no time is given.");
}
