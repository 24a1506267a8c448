using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orrery.Ledger;
using Orrery.Search.Collections;
using Orrery.Search.Shards;

namespace Orrery.Search.Snapshots;

/// <summary>
/// Writes a snapshot: magic, format, the collection's record as JSON, then for each point its id, its row and its vectors' rows, each led by its length; last an empty
/// id, the number of points, and the SHA-256 of all before it. No part of it is a path.
/// </summary>
internal static class SnapshotWriter
{
    public static void Write(Stream stream, CollectionRecord collection, ShardViews views, string name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var writer = new Part(stream, hash);
        writer.Raw(SnapshotFormat.Magic);
        writer.Number(SnapshotFormat.Version);
        // The name makes two snapshots of the same points two contents.
        writer.Bytes(Encoding.UTF8.GetBytes(name));
        writer.Bytes(JsonSerializer.SerializeToUtf8Bytes(collection, LedgerJson.Options));
        using (views.Reading())
        {
            foreach (var view in views.Shards)
                Points(writer, view);
            writer.Number(0);
            writer.Number(views.Count);
        }

        stream.Write(hash.GetHashAndReset());
    }

    private static void Points(Part writer, ShardView view)
    {
        foreach (var id in view.Ids.All())
        {
            view.TryFind(id, out var slot);
            writer.Bytes(ShardKeys.IdBytes(id));
            writer.Bytes(RowCodec.Point(view.Version(slot), view.Payload(slot)));
            var columns = view.Columns.Where(column => column.Value.Present[slot]).ToList();
            writer.Number(columns.Count);
            foreach (var (vector, column) in columns)
            {
                writer.Bytes(Encoding.UTF8.GetBytes(vector));
                writer.Bytes(RowCodec.Vector(column[slot]));
            }
        }
    }

    private readonly struct Part(Stream stream, IncrementalHash hash)
    {
        public void Raw(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }

        public void Number(int value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            Raw(bytes);
        }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            Raw(bytes);
        }
    }
}
