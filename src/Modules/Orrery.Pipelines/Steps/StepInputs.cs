using Orrery.Kernel;
using Orrery.Ledger.Assets;

namespace Orrery.Pipelines.Steps;

/// <summary>Finds the version that an option of a step names, by one rule for all kinds of steps.</summary>
public static class StepInputs
{
    /// <summary>
    /// The input of the step that is called so, else the asset: by its name (<c>flights</c>, the latest), or as people write it (<c>dataset/flights:3</c>,
    /// <c>model/flights@champion</c>).
    /// </summary>
    /// <param name="context">The step's.</param>
    /// <param name="assets">Where named ones are.</param>
    /// <param name="option">What the option is called, for the message.</param>
    /// <param name="text">What it says; the input that is called like the option where it is null.</param>
    /// <param name="kind">What it must be.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="InvalidException">It names neither, or something of another kind.</exception>
    /// <exception cref="NotFoundException">There is no such asset.</exception>
    public static async Task<AssetVersion> FindAsync(
        this StepContext context, IAssets assets, string option, string? text, AssetKind kind, CancellationToken cancellationToken)
    {
        if (context.Inputs.TryGetValue(text ?? option, out var input))
            return input.Kind == kind ? input : throw new InvalidException($"The step's '{option}' must be a {kind}; its input '{text ?? option}' is {input.Ref}.");
        if (text is null)
            throw new InvalidException($"The step has no input '{option}'; say which {kind} it is about.");
        var reference = AssetRef.TryParse(text, out var parsed) ? parsed
            : AssetRef.IsName(text) ? new AssetRef(kind, text)
            : throw new InvalidException($"Expected an input of the step, a name or a reference such as '{kind}/flights:3' as '{option}'; got '{text}'.");
        return reference.Kind == kind
            ? await assets.GetAsync(context.Caller, reference, cancellationToken)
            : throw new InvalidException($"The step's '{option}' must be a {kind}; got '{text}'.");
    }
}
