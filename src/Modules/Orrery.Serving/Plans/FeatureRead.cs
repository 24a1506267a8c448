using Orrery.Features.Online;

namespace Orrery.Serving.Plans;

/// <summary>One look-up in the online store: a feature service, the text slots its keys lie in, and the slots it fills, which are side by side.</summary>
/// <param name="Service">The feature service's name.</param>
/// <param name="Reader">Reads it.</param>
/// <param name="Keys">The fields that hold its entity keys, in the reader's order.</param>
/// <param name="FirstSlot">Where its features begin in a row.</param>
internal sealed record FeatureRead(string Service, IOnlineFeatureReader Reader, int[] Keys, int FirstSlot)
{
    public int Count => Reader.Features.Count;

    /// <summary>The fields of those features that a model uses; where all of them are sent, nothing is looked up.</summary>
    public List<int> UsedFields { get; } = [];

    public int SlotOf(string feature)
    {
        for (var i = 0; i < Reader.Features.Count; i++)
        {
            if (Reader.Features[i] == feature)
                return FirstSlot + i;
        }

        return -1;
    }
}
