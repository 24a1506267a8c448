namespace Orrery.Vectors.Persistence;

/// <summary>How much of a mapped file is read to check it when it is opened.</summary>
public enum FileCheck
{
    /// <summary>All that leads a search, and not the vectors: a broken vector is found at a wrong distance, and does no other harm.</summary>
    Structure,

    /// <summary>Every byte.</summary>
    Everything,
}
