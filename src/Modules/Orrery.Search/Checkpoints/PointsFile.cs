using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Checkpoints;

/// <summary>
/// The points' file: magic, format, length and XxHash3 of what follows; the operation's number, the collection's vectors, the sets of slots, then each point: its id, version and
/// payload; last, each column of sparse vectors or multivectors: its name, and a slot and a vector as its row says it for each. Little-endian.
/// </summary>
internal static class PointsFile
{
    private const int Format = 2;
    private const int HeaderBytes = 32;
    private const int IdBytes = 17;

    private static ReadOnlySpan<byte> Magic => "ORRERYPT"u8;

    public static byte[] Write(Checkpoint checkpoint)
    {
        using var memory = new MemoryStream();
        memory.SetLength(HeaderBytes);
        memory.Position = HeaderBytes;
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(checkpoint.Number);
            writer.Write(checkpoint.Vectors);
            writer.Write(checkpoint.Graphs.Count);
            foreach (var graph in checkpoint.Graphs)
            {
                writer.Write(graph.Name);
                writer.Write(graph.File.ToByteArray());
                Write(writer, graph.Present);
                Write(writer, graph.Indexed);
            }

            Write(writer, checkpoint.Live);
            writer.Write(checkpoint.Rows.Length);
            foreach (var slot in checkpoint.Live.Slots())
                Write(writer, checkpoint.Rows[slot]);
            writer.Write(checkpoint.Columns.Count);
            foreach (var column in checkpoint.Columns)
                Write(writer, column);
        }

        var file = memory.ToArray();
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), Format);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), XxHash3.HashToUInt64(file.AsSpan(HeaderBytes)));
        return file;
    }

    /// <summary>What a file holds; its graphs follow.</summary>
    /// <exception cref="InvalidDataException">It is another file, truncated, damaged, or of another format.</exception>
    public static Checkpoint Read(byte[] file)
    {
        if (file.Length < HeaderBytes || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic) || BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8)) != Format
            || BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(16)) != file.Length || BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24)) != XxHash3.HashToUInt64(file.AsSpan(HeaderBytes)))
            throw new InvalidDataException("Expected the saved points of a shard; the file is another, or damaged.");
        using var reader = new BinaryReader(new MemoryStream(file, HeaderBytes, file.Length - HeaderBytes), Encoding.UTF8);
        var (number, vectors) = (reader.ReadInt64(), reader.ReadString());
        var graphs = new SavedGraph[reader.ReadInt32()];
        for (var i = 0; i < graphs.Length; i++)
            graphs[i] = new(reader.ReadString(), new(reader.ReadBytes(16)), ReadSet(reader), ReadSet(reader));
        var live = ReadSet(reader);
        var rows = new ShardView.Row[reader.ReadInt32()];
        var at = HeaderBytes + (int)reader.BaseStream.Position;
        foreach (var slot in live.Slots())
            rows[slot] = Read(file, ref at);
        reader.BaseStream.Position = at - HeaderBytes;
        var columns = new SavedColumn[reader.ReadInt32()];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ReadColumn(reader);
        return new(number, vectors, rows, live, graphs, columns);
    }

    private static void Write(BinaryWriter writer, SavedColumn column)
    {
        writer.Write(column.Name);
        writer.Write(column.Vectors.Count);
        foreach (var (slot, vector) in column.Vectors)
        {
            var row = RowCodec.Vector(vector);
            writer.Write(slot);
            writer.Write(row.Length);
            writer.Write(row);
        }
    }

    private static SavedColumn ReadColumn(BinaryReader reader)
    {
        var name = reader.ReadString();
        var vectors = new (int, VectorValue)[reader.ReadInt32()];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (reader.ReadInt32(), RowCodec.ReadVector(reader.ReadBytes(reader.ReadInt32())));
        return new(name, vectors);
    }

    private static void Write(BinaryWriter writer, ShardView.Row row)
    {
        Span<byte> fixedPart = stackalloc byte[IdBytes + sizeof(long) + sizeof(int)];
        ShardKeys.IdBytes(row.Id).CopyTo(fixedPart);
        BinaryPrimitives.WriteInt64LittleEndian(fixedPart[IdBytes..], row.Version);
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart[(IdBytes + sizeof(long))..], row.Payload?.Length ?? -1);
        writer.Write(fixedPart);
        if (row.Payload is { } payload)
            writer.Write(payload);
    }

    private static ShardView.Row Read(byte[] file, ref int at)
    {
        var span = file.AsSpan(at);
        var length = BinaryPrimitives.ReadInt32LittleEndian(span[(IdBytes + sizeof(long))..]);
        var payload = length < 0 ? null : span.Slice(IdBytes + sizeof(long) + sizeof(int), length).ToArray();
        at += IdBytes + sizeof(long) + sizeof(int) + Math.Max(0, length);
        return new(ShardKeys.IdOf(span[..IdBytes]), BinaryPrimitives.ReadInt64LittleEndian(span[IdBytes..]), payload);
    }

    private static void Write(BinaryWriter writer, SlotSet slots)
    {
        writer.Write(slots.Words.Length);
        foreach (var word in slots.Words)
            writer.Write(word);
    }

    private static SlotSet ReadSet(BinaryReader reader)
    {
        var words = new ulong[reader.ReadInt32()];
        for (var i = 0; i < words.Length; i++)
            words[i] = reader.ReadUInt64();
        return SlotSet.Of(words);
    }
}
