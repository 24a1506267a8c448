using System.Buffers.Binary;
using System.Text;

namespace Orrery.Hosts.Tests.Server.Telemetry;

/// <summary>A protobuf message without its schema: fields by number (protobuf.dev, "Encoding").</summary>
internal sealed class ProtoMessage
{
    private readonly ILookup<int, (ulong Number, ReadOnlyMemory<byte> Bytes)> _fields;

    private ProtoMessage(IEnumerable<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> fields) =>
        _fields = fields.ToLookup(field => field.Field, field => (field.Number, field.Bytes));

    public static ProtoMessage Read(ReadOnlyMemory<byte> bytes) => new(Fields(bytes));

    public bool Has(int field) => _fields.Contains(field);

    public ulong Number(int field) => _fields[field].Select(value => value.Number).LastOrDefault();

    public string Text(int field) => Encoding.UTF8.GetString(_fields[field].Select(value => value.Bytes).LastOrDefault().Span);

    public IEnumerable<ProtoMessage> Messages(int field) => _fields[field].Select(value => Read(value.Bytes));

    private static List<(int, ulong, ReadOnlyMemory<byte>)> Fields(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes.Span, ref at);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Expected wire type 0, 1, 2 or 5 at byte {at}, got {tag & 7}.");
            }
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
