using System.Diagnostics.CodeAnalysis;

namespace Orrery.Features.Streaming;

/// <summary>Compares entities by their bytes.</summary>
internal sealed class EntityBytes : IEqualityComparer<byte[]>
{
    public static readonly EntityBytes Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
