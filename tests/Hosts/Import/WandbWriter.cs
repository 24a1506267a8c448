using System.Buffers.Binary;
using System.IO.Hashing;
using Google.Protobuf;
using Orrery.Import.Wandb.Proto;

namespace Orrery.Hosts.Tests.Import;

/// <summary>Writes a run file as Weights &amp; Biases' client does: LevelDB's log format in blocks of 32 KiB.</summary>
internal sealed class WandbWriter : IDisposable
{
    private const int Block = 32 * 1024;
    private const int Header = 7;

    private readonly FileStream _file;

    public WandbWriter(string path)
    {
        _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        _file.Write([.. ":W&B"u8, 0xE1, 0xBE, 0]);
    }

    public void Write(Record record)
    {
        var data = record.ToByteArray().AsSpan();
        var first = true;
        do
        {
            var room = Block - (int)(_file.Position % Block);
            if (room < Header)
            {
                _file.Write(new byte[room]);
                room = Block;
            }

            var part = data[..Math.Min(data.Length, room - Header)];
            data = data[part.Length..];
            byte kind = (first, data.Length == 0) switch { (true, true) => 1, (true, false) => 2, (false, false) => 3, _ => 4 };
            WritePart(part, kind);
            first = false;
        }
        while (data.Length > 0);
    }

    public void Dispose() => _file.Dispose();

    private void WritePart(ReadOnlySpan<byte> part, byte kind)
    {
        var checksum = new Crc32();
        checksum.Append([kind]);
        checksum.Append(part);
        Span<byte> header = stackalloc byte[Header];
        BinaryPrimitives.WriteUInt32LittleEndian(header, checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)part.Length);
        header[6] = kind;
        _file.Write(header);
        _file.Write(part);
    }
}
