using System.Text.Json;
using Orrery.Kernel;
using Orrery.Pipelines.Steps;

namespace Orrery.Serving.Endpoints;

/// <summary>How a step deploys.</summary>
public enum DeployMode
{
    /// <summary>As challenger where the endpoint has a champion, as champion where it has none.</summary>
    Canary,
    /// <summary>As champion at once.</summary>
    Champion,
}

/// <summary>The step <c>deploy</c> of a pipeline.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Model">Which of the step's inputs is the model version. Default <c>model</c>.</param>
/// <param name="Mode">How it is deployed. Default canary.</param>
public sealed record DeploySpec(string Endpoint, string Model = "model", DeployMode Mode = DeployMode.Canary);

/// <summary>Deploys a model version that a step before it made. It acts on the world, so it is never skipped; doing it again changes nothing.</summary>
internal sealed class DeployStep(IEndpoints endpoints) : StepKind<DeploySpec>("deploy")
{
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, DeploySpec spec, CancellationToken cancellationToken)
    {
        if (!context.Inputs.TryGetValue(spec.Model, out var version))
            throw new InvalidException(
                $"The step 'deploy' deploys its input '{spec.Model}', which is not there; it has {string.Join(", ", context.Inputs.Keys.DefaultIfEmpty("none"))}.");
        var before = await endpoints.StatusAsync(context.Caller, spec.Endpoint, cancellationToken);
        var role = Role(spec.Mode, before, version.Id);
        var status = role switch
        {
            "champion" => await endpoints.DeployAsync(context.Caller, spec.Endpoint, version.Ref, GateMode.Respect, cancellationToken),
            "challenger" => await endpoints.StartCanaryAsync(context.Caller, spec.Endpoint, version.Ref, null, GateMode.Respect, cancellationToken),
            _ => before,
        };
        return new(new Dictionary<string, VersionId>(), new Dictionary<string, JsonElement>
        {
            ["version"] = JsonSerializer.SerializeToElement(version.Number),
            ["role"] = JsonSerializer.SerializeToElement(role),
            ["champion"] = JsonSerializer.SerializeToElement(status.Champion?.Number),
        });
    }

    private static string Role(DeployMode mode, EndpointStatus status, VersionId version) =>
        status.Champion?.Id == version && status.Ready ? "unchanged"
        : mode == DeployMode.Champion || status.Champion is null ? "champion"
        : "challenger";
}
