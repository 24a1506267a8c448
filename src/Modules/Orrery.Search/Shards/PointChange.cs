using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>What an operation makes of one point: the same for the store and for the view.</summary>
internal sealed class PointChange(PointId id)
{
    private readonly Dictionary<string, VectorValue?> _vectors = new(StringComparer.Ordinal);

    public PointId Id { get; } = id;

    /// <summary>Whether the point goes.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>The new payload; null where it stays as it is.</summary>
    public NewPayload? Payload { get; set; }

    /// <summary>The prepared vectors that change; null for one that goes.</summary>
    public IReadOnlyDictionary<string, VectorValue?> Vectors => _vectors;

    public void Set(string name, VectorValue? vector) => _vectors[name] = vector;
}

/// <summary>A payload, or none.</summary>
internal sealed record NewPayload(byte[]? Content);
