using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Platform.Access;

namespace Orrery.Serving.Endpoints;

/// <summary>Whether a version may be deployed to an endpoint.</summary>
internal sealed class GateCheck(IGates gates)
{
    /// <summary>Returns whether the gate was passed over.</summary>
    /// <exception cref="PreconditionFailedException">It was not passed.</exception>
    public async Task<bool> CheckAsync(Caller caller, string endpoint, EndpointSpec spec, AssetVersion version, GateMode mode, CancellationToken cancellationToken)
    {
        if (spec.Gate is not { } gate)
            return false;
        var report = (await gates.ReportsAsync(caller, version.Id, cancellationToken)).FirstOrDefault(report => report.Gate == gate);
        if (report is { Passed: true })
            return false;
        if (mode == GateMode.Force)
        {
            return caller.Role == Role.Admin
                ? true
                : throw new OrreryException(ErrorCode.Forbidden, $"Only an admin may pass over the gate '{gate}'; {caller.Actor} is {caller.Role}.");
        }

        var failed = report?.Rules.Where(rule => !rule.Passed).Select(rule => $"{rule.Rule}: {rule.Reason}") ?? [];
        throw new PreconditionFailedException(report is null
            ? $"The endpoint '{endpoint}' serves only versions that passed the gate '{gate}'; {version.Ref} was not judged by it. Evaluate the gate first."
            : $"{version.Ref} did not pass the gate '{gate}' of the endpoint '{endpoint}': {string.Join("; ", failed)}");
    }
}
