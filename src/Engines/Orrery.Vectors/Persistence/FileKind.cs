namespace Orrery.Vectors.Persistence;

/// <summary>What a file holds; its number is in the file.</summary>
internal enum FileKind : uint
{
    Hnsw = 1,
    Vamana = 2,
    HnswBits = 3,
}
