using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orrery.Cluster;
using Orrery.Data;
using Orrery.Embedded;
using Orrery.Embedded.Relational;
using Orrery.Features;
using Orrery.Gateway;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Monitoring;
using Orrery.Pipelines;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Protocols;
using Orrery.Search;
using Orrery.Server.Access;
using Orrery.Server.Observability;
using Orrery.Serving;
using Orrery.Training;
using Orrery.Web;

namespace Orrery.Server;

/// <summary>The composition root: all modules in one process on one data folder, with SQLite in it or PostgreSQL beside it.</summary>
public static class OrreryServer
{
    /// <summary>Requests with a longer body are refused, but for routes that stream uploads and say so themselves.</summary>
    private const long MaxRequestBytes = 64 << 20;

    /// <summary>The first line of a request, path and query: pages ask for metrics of a hundred runs by name.</summary>
    private const int MaxRequestLineBytes = 64 << 10;

    /// <summary>Builds a server that is ready to run; nothing listens yet.</summary>
    /// <exception cref="InvalidException">It would listen beyond loopback without tokens, or the database is none.</exception>
    public static WebApplication Build(ServerOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        RefuseOpenDoor(options);
        // The pages' static files stand beside the program, under its name, wherever it is started from.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = Assembly.GetEntryAssembly()?.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning)
            // A logger that takes anything makes the host begin an activity and a log scope for each request; traces do without.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        AddServices(builder.Services, builder.Configuration, options);
        configure?.Invoke(builder);
        var app = builder.Build();
        Map(app, options);
        return app;
    }

    private static void RefuseOpenDoor(ServerOptions options)
    {
        if (!IPAddress.TryParse(options.Address, out var address))
            throw new InvalidException($"Expected an IP address to listen on, got '{options.Address}'. For this machine alone take 127.0.0.1.");
        if (!IPAddress.IsLoopback(address) && !options.RequireTokens)
        {
            throw new InvalidException(
                $"Refusing to listen on {options.Address} without authentication: anybody who reaches it would be its administrator. " +
                "Add --require-tokens (make the first token with 'orrery token create admin --role admin' on this machine), or listen on 127.0.0.1.");
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        var address = IPAddress.Parse(options.Address);
        // One port cannot speak HTTP/1 and HTTP/2 without TLS, so gRPC has its own.
        kestrel.Listen(address, options.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(address, options.EffectiveGrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static void AddServices(IServiceCollection services, IConfiguration configuration, ServerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddEmbeddedPlatform(new DataFolder(Path.GetFullPath(options.DataFolder)));
        if (options.Database is { } database)
            services.AddPostgres(PostgresOptions.Parse(database));
        MigrationSource.Add(services, typeof(OrreryServer).Assembly);
        services.AddSingleton(_ => new SchemaSnapshot(ReadSchema()));

        services.AddLedger(configuration);
        if (options.ArtifactRoot is { } artifactRoot)
            services.Configure<LedgerOptions>(ledger => ledger.ArtifactRoot = artifactRoot);
        services.AddPipelines(configuration);
        services.AddData(configuration);
        services.AddFeatures();
        services.AddTraining(configuration);
        services.AddServing(configuration);
        services.AddMonitoring(configuration);
        services.AddSearch(configuration);
        services.AddGateway(configuration);
        services.AddProtocols();
        services.AddPages();

        services.AddHostedService<MemoryAtRest>();
        services.AddSingleton<TokenStore>();
        services.AddSingleton<ISignIn, TokenSignIn>();
        services.AddExceptionHandler<ProblemWriter>();
        services.AddProblemDetails();
        // A parameter or body that cannot be read is told as a problem too, not by an empty 400.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddApiDocument();
        services.AddTelemetry(configuration);
    }

    private static string ReadSchema()
    {
        using var reader = new StreamReader(typeof(OrreryServer).Assembly.GetManifestResourceStream("schema.sql")!);
        return reader.ReadToEnd();
    }

    private static void Map(WebApplication app, ServerOptions options)
    {
        app.UseMiddleware<HealthProbes>();
        var mlflow = new RoutesOnDemand(app, routes => routes.MapMlflow());
        app.UseWhen(context => ProtocolsModule.IsOfMlflow(context.Request.Path), branch => mlflow.Route(branch));
        app.UseRouting();
        app.UseProtocols();
        if (Telemetry.HasTraces(app.Configuration))
            app.UseMiddleware<RequestSpan>();
        app.UseExceptionHandler();
        app.UseMiddleware<SecurityHeaders>();
        if (!options.RequireTokens)
            app.UseMiddleware<LocalRequests>();
        app.UseMiddleware<ClientGreeting>();
        app.UseRoleGate();
        app.UseAntiforgery();

        var sources = ((IEndpointRouteBuilder)app).DataSources;
        sources.Add(mlflow);
        sources.Add(new RoutesOnDemand(app, MapRoutes));
    }

    private static void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes.MapLedger();
        routes.MapPipelines();
        routes.MapData();
        routes.MapFeatures();
        routes.MapTraining();
        routes.MapServing();
        routes.MapMonitoring();
        routes.MapSearch();
        routes.MapGateway();
        routes.MapProtocols();

        TokenEndpoints.Map(routes);
        SessionEndpoints.Map(routes);
        VersionEndpoint.Map(routes);
        routes.MapApiDocument();
        routes.MapTelemetry();
        routes.MapPages();
    }
}
