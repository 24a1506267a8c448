using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Resources;

/// <summary>Says that a reference leads nowhere, and what may have been meant.</summary>
internal sealed class MissingReference(IAssets assets)
{
    /// <summary>A sentence without capital and full stop.</summary>
    public async Task<string> SayAsync(Caller caller, AssetRef reference, IEnumerable<AssetRef> declared, CancellationToken cancellationToken)
    {
        var nearest = NearestName.Of(reference.Name, declared.Where(node => node.Kind == reference.Kind).Select(node => node.Name));
        if (nearest is not null && reference.IsLatest)
            return $"there is no {reference.Kind} '{reference.Name}'; did you mean '{nearest}'?";
        try
        {
            await assets.GetAsync(caller, reference, cancellationToken);
            return $"{reference} does not exist";
        }
        catch (NotFoundException error)
        {
            var text = error.Message.TrimEnd('.');
            return char.ToLowerInvariant(text[0]) + text[1..];
        }
    }
}
