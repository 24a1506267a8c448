namespace Orrery.Tests;

/// <summary>A file that begins and ends with given text and has one byte over and over between, as many times as wanted; never in memory.</summary>
internal sealed class EndlessLine(byte[] head, byte filler, long fill, byte[] tail) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => head.Length + fill + tail.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var wanted = buffer.AsSpan(offset, (int)Math.Min(count, Length - Position));
        for (var rest = wanted; !rest.IsEmpty;)
        {
            var part = Position < head.Length ? Copy(head, Position, rest)
                : Position < head.Length + fill ? Fill(rest, head.Length + fill - Position)
                : Copy(tail, Position - head.Length - fill, rest);
            Position += part;
            rest = rest[part..];
        }

        return wanted.Length;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Fill(Span<byte> to, long left)
    {
        to = to[..(int)Math.Min(to.Length, left)];
        to.Fill(filler);
        return to.Length;
    }

    private static int Copy(byte[] from, long at, Span<byte> to)
    {
        var part = from.AsSpan((int)at);
        part = part[..Math.Min(part.Length, to.Length)];
        part.CopyTo(to);
        return part.Length;
    }
}
