namespace Orrery.Server;

/// <summary>What a server is started with; each may be set as <c>--name</c> on the command line or <c>ORRERY__NAME</c> in the environment.</summary>
public sealed record ServerOptions
{
    /// <summary>The port of pages and HTTP APIs when nobody says.</summary>
    public const int DefaultHttpPort = 5080;

    /// <summary>The one folder with everything. Default: <c>orrery-data</c> below the current folder.</summary>
    public string DataFolder { get; init; } = "orrery-data";

    /// <summary>
    /// The address to listen on: <c>127.0.0.1</c> by default. Any address beyond loopback is refused while <see cref="RequireTokens"/> is off.
    /// </summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port of pages and HTTP APIs; 0 takes a free one.</summary>
    public int HttpPort { get; init; } = DefaultHttpPort;

    /// <summary>The port of gRPC (HTTP/2 without TLS); 0 takes a free one, null is the HTTP port + 1.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>Whether every request needs a token. Off, everybody who reaches the address is its administrator.</summary>
    public bool RequireTokens { get; init; }

    /// <summary>
    /// Below what URI clients that keep artifacts by URI (MLflow's) put those of new folders' runs; null leaves it to the configuration (<c>Ledger:ArtifactRoot</c>),
    /// by default this server.
    /// </summary>
    public string? ArtifactRoot { get; init; }

    /// <summary>
    /// The PostgreSQL that records (all that is searched: runs, assets, lineage, audit, queues) are kept in, as a connection string or URI; null keeps them in the
    /// data folder, in SQLite. Everything else stays in the folder either way.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>The port of gRPC that follows from the options.</summary>
    public int EffectiveGrpcPort => GrpcPort ?? (HttpPort == 0 ? 0 : HttpPort + 1);

    /// <summary>Where it is; never <see cref="Database"/>, which may hold a password.</summary>
    public override string ToString() => $"{Address}:{HttpPort}, {DataFolder}";
}
