using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Serving.Canaries;

namespace Orrery.Serving.Endpoints;

/// <summary>Whether an endpoint's gate may be passed over.</summary>
public enum GateMode
{
    /// <summary>The version must have passed.</summary>
    Respect,
    /// <summary>An admin deploys it all the same; the audit says so.</summary>
    Force,
}

/// <summary>The endpoints of this server: what they serve, and how that changes. Thread-safe; changes of one endpoint happen one after the other.</summary>
public interface IEndpoints
{
    /// <summary>
    /// Makes a version the champion, which the alias <c>champion</c> of the model then points at. It is loaded and tried out before any request sees it; requests in flight end
    /// on the version they began with. A running canary ends. Nothing happens where it is the champion already.
    /// </summary>
    /// <exception cref="PreconditionFailedException">The endpoint names a gate that the version has not passed.</exception>
    /// <exception cref="InvalidException">It cannot be served: not ONNX, not as its manifest says, another model's.</exception>
    Task<EndpointStatus> DeployAsync(
        Caller caller, string endpoint, AssetRef version, GateMode gate = GateMode.Respect, CancellationToken cancellationToken = default);

    /// <summary>Lets a challenger take its share of requests beside the champion until the outcomes decide. Nothing happens where it is the challenger already.</summary>
    /// <exception cref="ConflictException">There is no champion, or another canary runs.</exception>
    /// <exception cref="PreconditionFailedException">The endpoint names a gate that the version has not passed.</exception>
    Task<EndpointStatus> StartCanaryAsync(
        Caller caller, string endpoint, AssetRef version, CanaryTraffic? traffic = null, GateMode gate = GateMode.Respect,
        CancellationToken cancellationToken = default);

    /// <summary>Takes the challenger away; where there is none, puts the champion before this one back.</summary>
    /// <exception cref="ConflictException">There is neither.</exception>
    Task<EndpointStatus> RollbackAsync(Caller caller, string endpoint, string reason, CancellationToken cancellationToken = default);

    /// <summary>How an endpoint stands.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    Task<EndpointStatus> StatusAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default);

    /// <summary>How the interval of a canary narrowed, outcome by outcome: at most 24 points a decade, the last one as it stands now. Empty before the first outcome.</summary>
    /// <exception cref="NotFoundException">The endpoint has no such canary.</exception>
    Task<IReadOnlyList<CoursePoint>> CanaryCourseAsync(Caller caller, string endpoint, string canary, CancellationToken cancellationToken = default);

    /// <summary>All endpoints of the workspace, by name.</summary>
    Task<IReadOnlyList<EndpointStatus>> ListAsync(Caller caller, CancellationToken cancellationToken = default);
}

/// <summary>What a canary gets, where it differs from the endpoint's declaration.</summary>
/// <param name="Share">Its share of requests.</param>
/// <param name="Shadow">Whether it only scores and never answers.</param>
public sealed record CanaryTraffic(Share? Share = null, bool? Shadow = null);

/// <summary>How an endpoint stands.</summary>
/// <param name="Name">Its name, unique on the server.</param>
/// <param name="Workspace">Where it lives.</param>
/// <param name="Model">The model whose versions it serves.</param>
/// <param name="Ready">Whether it answers.</param>
/// <param name="Reason">Why it does not.</param>
/// <param name="Champion">Who answers.</param>
/// <param name="Arms">What each arm did since the server started.</param>
/// <param name="Canary">The running canary.</param>
/// <param name="Past">Canaries that ended, newest first, at most 20.</param>
/// <param name="Deployments">What was deployed, newest first, at most 20.</param>
public sealed record EndpointStatus(
    string Name, string Workspace, string Model, bool Ready, string? Reason, ServedVersion? Champion, IReadOnlyList<ArmStatus> Arms, CanaryStatus? Canary,
    IReadOnlyList<CanaryStatus> Past, IReadOnlyList<Deployment> Deployments);

/// <summary>A version that an endpoint serves.</summary>
public sealed record ServedVersion(VersionId Id, int Number, Digest Digest);

/// <summary>What an arm did since the server started.</summary>
/// <param name="Arm">champion or challenger.</param>
/// <param name="Version">The version's number.</param>
/// <param name="Requests">Requests that it scored.</param>
/// <param name="Answered">Requests that it answered.</param>
/// <param name="Errors">Requests that it failed on.</param>
/// <param name="NonFinite">Requests in which a score was NaN or infinite.</param>
/// <param name="MeanScoringMs">What the graph took, in the mean.</param>
public sealed record ArmStatus(string Arm, int Version, long Requests, long Answered, long Errors, long NonFinite, double MeanScoringMs);

/// <summary>Why a version became the champion.</summary>
public enum DeploymentReason
{
    /// <summary>Somebody deployed it.</summary>
    Deployed,
    /// <summary>It won its canary.</summary>
    Promoted,
    /// <summary>Somebody went back to it.</summary>
    RolledBack,
}

/// <summary>A version became the champion.</summary>
/// <param name="Version">The version's number.</param>
/// <param name="Previous">The champion before.</param>
/// <param name="Reason">Why.</param>
/// <param name="Forced">Whether the gate was passed over.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="At">When.</param>
public sealed record Deployment(int Version, int? Previous, DeploymentReason Reason, bool Forced, string Actor, DateTimeOffset At);
