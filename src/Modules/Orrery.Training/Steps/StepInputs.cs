using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;

namespace Orrery.Training.Steps;

/// <summary>Finds the version that a step's option names: an input of the step where there is one of that name, else an asset reference.</summary>
internal static class StepInputs
{
    public static async Task<AssetVersion> FindAsync(
        this IAssets assets, StepContext context, string option, string text, AssetKind kind, CancellationToken cancellationToken)
    {
        if (context.Inputs.TryGetValue(text, out var input))
            return input.Kind == kind ? input : throw new InvalidException($"The step's '{option}' must be a {kind}; its input '{text}' is {input.Ref}.");
        var reference = AssetRef.TryParse(text, out var parsed) ? parsed
            : AssetRef.IsName(text) ? new AssetRef(kind, text)
            : throw new InvalidException($"Expected an input of the step, a name or a reference such as '{kind}/flights:3' as '{option}'; got '{text}'.");
        return reference.Kind == kind
            ? await assets.GetAsync(context.Caller, reference, cancellationToken)
            : throw new InvalidException($"The step's '{option}' must be a {kind}; got '{text}'.");
    }
}
