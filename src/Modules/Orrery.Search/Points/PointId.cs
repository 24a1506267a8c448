using System.Buffers.Binary;
using System.Globalization;

namespace Orrery.Search.Points;

/// <summary>What a client calls a point: an unsigned 64-bit number or a UUID. Numbers come before UUIDs, each in their own order.</summary>
public readonly record struct PointId : IComparable<PointId>
{
    private readonly UInt128 _value;

    private PointId(UInt128 value, bool isUuid) => (_value, IsUuid) = (value, isUuid);

    /// <summary>Whether it is a UUID; a number otherwise.</summary>
    public bool IsUuid { get; }

    /// <summary>The number.</summary>
    public ulong Number => (ulong)_value;

    /// <summary>The UUID.</summary>
    public Guid Uuid
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
            return new(bytes, bigEndian: true);
        }
    }

    /// <summary>A numbered point.</summary>
    public static PointId Of(ulong number) => new(number, false);

    /// <summary>A point named by a UUID.</summary>
    public static PointId Of(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(BinaryPrimitives.ReadUInt128BigEndian(bytes), true);
    }

    /// <summary>Reads a UUID in any of its written forms (with hyphens, without, as a URN).</summary>
    public static bool TryParseUuid(string text, out PointId id)
    {
        const string urn = "urn:uuid:";
        var ok = Guid.TryParse(text.StartsWith(urn, StringComparison.OrdinalIgnoreCase) ? text.AsSpan(urn.Length) : text, out var uuid);
        id = Of(uuid);
        return ok;
    }

    /// <inheritdoc/>
    public int CompareTo(PointId other) => IsUuid != other.IsUuid ? (IsUuid ? 1 : -1) : _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => IsUuid ? Uuid.ToString() : Number.ToString(CultureInfo.InvariantCulture);
}
