using OpenTelemetry.Metrics;
using Orrery.Platform.Access;

namespace Orrery.Server.Observability;

/// <summary>Metrics at <c>/metrics</c> (Prometheus) and traces: meters and activity sources whose name begins with <c>Orrery.</c>, and ASP.NET Core's own.</summary>
internal static class Telemetry
{
    public static void AddTelemetry(this IServiceCollection services) => services.AddOpenTelemetry()
        .WithMetrics(metrics => metrics
            .AddMeter("Orrery.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter())
        .WithTracing(traces => traces.AddSource("Orrery.*", "Microsoft.AspNetCore"));

    public static void MapTelemetry(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").RequireRole(Role.Viewer);
}
