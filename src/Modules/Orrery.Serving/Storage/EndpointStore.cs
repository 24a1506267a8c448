using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Serving.Canaries;

namespace Orrery.Serving.Storage;

/// <summary>What endpoints serve, in the database. Every change is audited in its own transaction.</summary>
internal sealed class EndpointStore(IDatabase database, IAudit audit, TimeProvider time)
{
    private const int Shown = 20;

    public Task<EndpointRow?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => connection.GetTable<EndpointRow>().SingleOrDefaultAsync(row => row.Name == name, token), cancellationToken);

    /// <summary>Takes the name for the workspace, or returns what is there.</summary>
    /// <exception cref="ConflictException">Another workspace has it.</exception>
    public Task<EndpointRow> ClaimAsync(string name, string workspace, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var row = connection.GetTable<EndpointRow>().SingleOrDefault(endpoint => endpoint.Name == name);
        if (row is null)
            connection.Insert(row = new() { Name = name, Workspace = workspace });
        return row.Workspace == workspace
            ? row
            : throw new ConflictException($"The name '{name}' is taken by an endpoint of another workspace; names are unique on a server. Choose another.");
    }, cancellationToken);

    public Task DeclaredAsync(string name, int specVersion, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.GetTable<EndpointRow>().Where(row => row.Name == name).Set(row => row.SpecVersion, specVersion).Update(), cancellationToken);

    /// <summary>Makes a version the champion and, where it ends one, ends the canary: both or neither.</summary>
    public Task DeployAsync(Caller caller, DeploymentRow deployment, CanaryRow? ended, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (ended is not null)
            End(connection, caller, ended);
        connection.GetTable<EndpointRow>().Where(row => row.Name == deployment.Endpoint).Set(row => row.ChampionId, deployment.VersionId).Update();
        connection.Insert(deployment);
        var past = deployment.Forced ? ", past its gate" : "";
        audit.Append(
            connection, caller, $"endpoint.{deployment.Reason.ToLowerInvariant()}", $"endpoint/{deployment.Endpoint}",
            FormattableString.Invariant($"version {deployment.Version} in place of {deployment.Previous?.ToString() ?? "none"}{past}"));
    }, cancellationToken);

    public Task StartCanaryAsync(Caller caller, CanaryRow canary, string detail, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Insert(canary);
        audit.Append(connection, caller, "endpoint.canary-started", $"endpoint/{canary.Endpoint}", detail);
    }, cancellationToken);

    /// <summary>Keeps the evidence together with how far the outcomes were read, so that none is counted twice or missed.</summary>
    public Task SaveEvidenceAsync(CanaryRow canary, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.GetTable<CanaryRow>().Where(row => row.Id == canary.Id)
            .Set(row => row.Evidence, canary.Evidence).Set(row => row.Course, canary.Course).Set(row => row.NextOutcome, canary.NextOutcome).Update(), cancellationToken);

    public Task EndCanaryAsync(Caller caller, CanaryRow ended, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => End(connection, caller, ended), cancellationToken);

    public Task AnnouncedAsync(string canary, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.GetTable<CanaryRow>().Where(row => row.Id == canary).Set(row => row.Announced, true).Update(), cancellationToken);

    public Task<IReadOnlyList<CanaryRow>> CanariesAsync(string endpoint, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CanaryRow>>(async (connection, token) =>
            await connection.GetTable<CanaryRow>().Where(row => row.Endpoint == endpoint).OrderByDescending(row => row.Id).Take(Shown + 1).ToListAsync(token), cancellationToken);

    /// <summary>Canaries of a workspace's endpoints, whichever of the ids are some.</summary>
    public Task<IReadOnlyList<CanaryRow>> CanariesAsync(string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CanaryRow>>(async (connection, token) => await
            (from canary in connection.GetTable<CanaryRow>()
             join endpoint in connection.GetTable<EndpointRow>() on canary.Endpoint equals endpoint.Name
             where endpoint.Workspace == workspace && ids.Contains(canary.Id)
             select canary).ToListAsync(token), cancellationToken);

    public Task<CanaryRow?> FindCanaryAsync(string endpoint, string canary, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => connection.GetTable<CanaryRow>().SingleOrDefaultAsync(row => row.Id == canary && row.Endpoint == endpoint, token), cancellationToken);

    public Task<IReadOnlyList<DeploymentRow>> DeploymentsAsync(string endpoint, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeploymentRow>>(async (connection, token) =>
            await connection.GetTable<DeploymentRow>().Where(row => row.Endpoint == endpoint).OrderByDescending(row => row.Id).Take(Shown).ToListAsync(token), cancellationToken);

    public string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public long Now() => SignalBatch.ToMicroseconds(time.GetUtcNow());

    private void End(DataConnection connection, Caller caller, CanaryRow ended)
    {
        connection.Update(ended);
        var state = ended.StateValue switch
        {
            CanaryState.Promoted => "endpoint.canary-promoted",
            CanaryState.RolledBack => "endpoint.canary-rolled-back",
            CanaryState.Undecided => "endpoint.canary-undecided",
            _ => "endpoint.canary-cancelled",
        };
        audit.Append(
            connection, caller, state, $"endpoint/{ended.Endpoint}",
            FormattableString.Invariant($"challenger {ended.Challenger} against champion {ended.Champion}: {ended.Reason}"));
    }
}
