using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Ledger.Audit;

/// <summary>
/// How records are chained: hash(n) = SHA-256 over hash(n − 1) and every field of record n, each field led by its length so that no two
/// different records give the same bytes. Before the first record stands a hash of 32 zero bytes.
/// </summary>
internal static class AuditChain
{
    public static readonly Digest Start = Digest.FromHash(new byte[SHA256.HashSizeInBytes]);

    public static Digest Hash(Digest before, AuditRow record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(before.ToString()));
        Append(hash, record.Number);
        Append(hash, record.Time);
        Append(hash, record.Workspace);
        Append(hash, record.Actor);
        Append(hash, record.Action);
        Append(hash, record.Subject);
        Append(hash, record.Detail);
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Append(hash, bytes.LongLength);
        hash.AppendData(bytes);
    }
}
