using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;

namespace Orrery.Data.Steps;

/// <summary>The dataset version that a step is about: the one an earlier step wrote, or one that is named.</summary>
internal static class DatasetInput
{
    /// <param name="context">The step's.</param>
    /// <param name="dataset">The name of an input, or a dataset as people write it: <c>flights</c>, <c>dataset/flights:3</c>.</param>
    /// <param name="assets">Where named ones are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<VersionId> FindAsync(StepContext context, string? dataset, IAssets assets, CancellationToken cancellationToken)
    {
        if (context.Inputs.TryGetValue(dataset ?? "dataset", out var input))
            return input.Id;
        if (dataset is null)
            throw new InvalidException("The step has no input 'dataset'; say which dataset it is about.");
        var text = dataset.Contains('/') ? dataset : $"{AssetKind.Dataset}/{dataset}";
        return AssetRef.TryParse(text, out var reference)
            ? (await assets.GetAsync(context.Caller, reference, cancellationToken)).Id
            : throw new InvalidException($"'{dataset}' names no dataset; write 'flights' or 'dataset/flights:3'.");
    }
}
