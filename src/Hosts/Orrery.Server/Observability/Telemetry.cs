using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orrery.Platform.Access;

namespace Orrery.Server.Observability;

/// <summary>
/// Metrics at <c>/metrics</c> (Prometheus): meters whose name begins with <c>Orrery.</c>, and ASP.NET Core's own. Traces go by OTLP to where
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; unset, none are recorded.
/// </summary>
internal static class Telemetry
{
    private const string TraceEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        // Made with the routes, not at the start: a listener to every instrument costs a tenth of it (docs/decisions/0004-what-a-start-may-do.md).
        services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .AddMeter("Orrery.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter()
            .Build());
        if (HasTraces(configuration))
        {
            // Method, path and host by OpenTelemetry's semantic conventions, which are off by default; RequestSpan adds the rest.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
            services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("orrery"))
                .WithTracing(traces => traces.AddSource("Orrery.*", "Microsoft.AspNetCore").AddOtlpExporter());
        }
    }

    /// <summary>Whether requests are traced.</summary>
    public static bool HasTraces(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[TraceEndpoint]);

    public static void MapTelemetry(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").RequireRole(Role.Viewer);
}
