using System.Buffers.Binary;
using System.IO.Hashing;
using Google.Protobuf;
using Orrery.Import.Wandb.Proto;
using Orrery.Kernel;

namespace Orrery.Import.Wandb;

/// <summary>
/// The records of a <c>.wandb</c> file: a header of seven bytes (<c>:W&amp;B</c>, 0xBEE1, version 0), then LevelDB's log format
/// (https://github.com/google/leveldb/blob/main/doc/log_format.md) whose checksum is a CRC-32 of type and data.
/// </summary>
internal sealed class RecordLog(string path)
{
    private const int BlockBytes = 32 * 1024;
    private const int HeaderBytes = 7;

    /// <summary>Of one record. A step with a large table is some megabytes; a damaged length must not take all memory.</summary>
    private const int MaxRecordBytes = 256 << 20;

    private static readonly byte[] Magic = [.. ":W&B"u8, 0xE1, 0xBE, 0];

    private const byte Full = 1, First = 2, Middle = 3, Last = 4;

    /// <summary>Whether the last reading ended in the middle of a record: the run was killed, or goes on.</summary>
    public bool BrokeOff { get; private set; }

    /// <summary>All records, from the first; the file is read as they are taken.</summary>
    /// <exception cref="InvalidException">It is no such file, or damaged.</exception>
    public IEnumerable<Record> Read()
    {
        BrokeOff = false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BlockBytes);
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.AsSpan().SequenceEqual(Magic))
            throw new InvalidException($"'{path}' is no run file of Weights & Biases, version 0.");
        var record = new MemoryStream();
        while (ReadRecord(file, record))
            yield return Parse(record);
    }

    /// <summary>Puts the parts of the next record together; false at the end.</summary>
    private bool ReadRecord(FileStream file, MemoryStream record)
    {
        record.SetLength(0);
        for (var begun = false; ; begun = true)
        {
            var left = BlockBytes - (file.Position % BlockBytes);
            if (left < HeaderBytes)
                file.Position += left; // A header never spans blocks; what is left of one is padding.
            var at = file.Position;
            if (ReadPart(file, record) is not { } type)
            {
                BrokeOff = begun || file.Position > at;
                return false;
            }

            if (type is < Full or > Last || type is Full or First == begun)
                throw Damaged(at, $"a part of kind {type} where {(begun ? "the rest of a record" : "a new record")} was expected");
            if (type is Full or Last)
                return true;
        }
    }

    /// <summary>Adds one part to the record and returns its kind; null where the file ends within it.</summary>
    private byte? ReadPart(FileStream file, MemoryStream record)
    {
        var at = file.Position;
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        var data = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(4))];
        if (file.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
            return null;
        var checksum = new Crc32();
        checksum.Append(header.AsSpan(6, 1));
        checksum.Append(data);
        if (checksum.GetCurrentHashAsUInt32() != BinaryPrimitives.ReadUInt32LittleEndian(header))
            throw Damaged(at, "a checksum that does not fit");
        if (record.Length + data.Length > MaxRecordBytes)
            throw Damaged(at, $"a record of more than {MaxRecordBytes >> 20} MiB");
        record.Write(data);
        return header[6];
    }

    private Record Parse(MemoryStream record)
    {
        try
        {
            return Record.Parser.ParseFrom(record.GetBuffer(), 0, (int)record.Length);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidException($"'{path}' has a record that cannot be read: {error.Message}", error);
        }
    }

    private InvalidException Damaged(long at, string what) => new($"'{path}' is damaged: at byte {at} stands {what}.");
}
