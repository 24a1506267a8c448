using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A version that an endpoint serves.</summary>
public sealed record ServedVersion(VersionId Id, int Number, Digest Digest);

/// <summary>What an arm did since the server started.</summary>
public sealed record ArmStatus(string Arm, int Version, long Requests, long Answered, long Errors, long NonFinite, double MeanScoringMs);

/// <summary>A canary and its evidence.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Champion">The champion's version number.</param>
/// <param name="Challenger">The challenger's.</param>
/// <param name="Share">The challenger's share of requests: <c>10%</c>.</param>
/// <param name="Shadow">Whether the challenger only scores, and never answers.</param>
/// <param name="Metric">The loss that decides.</param>
/// <param name="Alpha">The chance of a wrong verdict.</param>
/// <param name="Outcomes">Requests with both scores and a label so far.</param>
/// <param name="ChampionLoss">The champion's mean loss on them.</param>
/// <param name="ChallengerLoss">The challenger's.</param>
/// <param name="Lower">The interval of champion loss − challenger loss, valid at every moment at once.</param>
/// <param name="Upper">Its other end.</param>
/// <param name="Reason">Why it ended as it did.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record CanaryStatus(
    string Id, [property: Words("running", "promoted", "rolledBack", "undecided", "cancelled")] string State, int Champion, int Challenger, string Share, bool Shadow,
    [property: Words("brier", "logLoss")] string Metric, double Alpha, long Outcomes, double? ChampionLoss, double? ChallengerLoss, double Lower, double Upper,
    string? Reason, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>The interval of a canary at one moment: champion loss − challenger loss after so many outcomes.</summary>
public sealed record CoursePoint(long Outcomes, double Difference, double Lower, double Upper);

/// <summary>A version became the champion.</summary>
public sealed record Deployment(int Version, int? Previous, [property: Words("deployed", "promoted", "rolledBack")] string Reason, bool Forced, string Actor, DateTimeOffset At);

/// <summary>How an endpoint stands.</summary>
public sealed record EndpointStatus(
    string Name, string Workspace, string Model, bool Ready, string? Reason, ServedVersion? Champion, IReadOnlyList<ArmStatus> Arms, CanaryStatus? Canary,
    IReadOnlyList<CanaryStatus> Past, IReadOnlyList<Deployment> Deployments);

/// <summary>A prediction as it was logged.</summary>
public sealed record LoggedPrediction(
    string Id, DateTimeOffset Time, long Version, string Arm, bool Served, double Score, double LatencyMs,
    IReadOnlyDictionary<string, double> Features, IReadOnlyDictionary<string, string> Keys);

/// <summary>What turned out to be true.</summary>
public sealed record PredictionLabel(string Id, double Value, DateTimeOffset? Time = null);

/// <summary>Model endpoints. Predictions themselves go over the Open Inference Protocol, <c>/v2/models/NAME/infer</c>.</summary>
public sealed class EndpointsClient
{
    private readonly OrreryClient _client;

    internal EndpointsClient(OrreryClient client) => _client = client;

    /// <summary>All endpoints of the workspace.</summary>
    public Task<IReadOnlyList<EndpointStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<EndpointStatus>>("/api/v1/endpoints", cancellationToken);

    /// <summary>How an endpoint stands.</summary>
    public Task<EndpointStatus> GetAsync(string endpoint, CancellationToken cancellationToken = default) => _client.GetAsync<EndpointStatus>(Path(endpoint), cancellationToken);

    /// <summary>Makes a version the champion.</summary>
    public Task<EndpointStatus> DeployAsync(string endpoint, AssetRef version, CancellationToken cancellationToken = default) =>
        _client.PostAsync<EndpointStatus>($"{Path(endpoint)}/deploy", new { version = version.ToString() }, cancellationToken);

    /// <summary>Starts a canary, as the endpoint's gate allows.</summary>
    public Task<EndpointStatus> StartCanaryAsync(string endpoint, AssetRef version, CancellationToken cancellationToken = default) =>
        _client.PostAsync<EndpointStatus>($"{Path(endpoint)}/canary", new { version = version.ToString() }, cancellationToken);

    /// <summary>Starts a canary although its gate was not passed; administrators only, and the audit says so.</summary>
    public Task<EndpointStatus> ForceCanaryAsync(string endpoint, AssetRef version, CancellationToken cancellationToken = default) =>
        _client.PostAsync<EndpointStatus>($"{Path(endpoint)}/canary", new { version = version.ToString(), force = true }, cancellationToken);

    /// <summary>Takes a running canary away, or goes back to the champion before this one.</summary>
    public Task<EndpointStatus> RollBackAsync(string endpoint, string reason, CancellationToken cancellationToken = default) =>
        _client.PostAsync<EndpointStatus>($"{Path(endpoint)}/rollback", new { reason }, cancellationToken);

    /// <summary>How the interval of a canary narrowed; the canary's id is in the endpoint's status.</summary>
    public Task<IReadOnlyList<CoursePoint>> CanaryCourseAsync(string endpoint, string canary, CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<CoursePoint>>($"{Path(endpoint)}/canaries/{Uri.EscapeDataString(canary)}/course", cancellationToken);

    /// <summary>Says what turned out to be true of predictions.</summary>
    public Task LabelAsync(string endpoint, IReadOnlyList<PredictionLabel> labels, CancellationToken cancellationToken = default) =>
        _client.PostAsync($"{Path(endpoint)}/labels", new { labels }, cancellationToken);

    /// <summary>The records of a prediction, one for each arm that scored it, the served one first.</summary>
    public Task<IReadOnlyList<LoggedPrediction>> FindPredictionAsync(string endpoint, string id, CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<LoggedPrediction>>($"{Path(endpoint)}/predictions/{Uri.EscapeDataString(id)}", cancellationToken);

    private static string Path(string endpoint) => $"/api/v1/endpoints/{Uri.EscapeDataString(endpoint)}";
}
