namespace Orrery.Data.Reading;

/// <summary>
/// A window over a stream that begins at the current record and grows up to a limit. All positions are relative to the record's first byte, so they
/// stay right when the window moves its bytes.
/// </summary>
internal sealed class ByteWindow(Stream source, int maxBytes)
{
    /// <summary>A line end of two bytes may stand behind a record of the greatest length.</summary>
    private const int Slack = 2;

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The bytes from the record's first on that were read so far.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether more was asked for than the limit allows.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The byte at a position; -1 where the stream ends before it or the limit does.</summary>
    public int this[int position] => position < Span.Length || Grow(position) ? _buffer[_start + position] : -1;

    /// <summary>The position of the first of three bytes from <paramref name="from"/> on; -1 where the stream ends before it or the limit does.</summary>
    public int IndexOfAny(int from, byte a, byte b, byte c)
    {
        while (true)
        {
            var at = Span[from..].IndexOfAny(a, b, c);
            if (at >= 0)
                return from + at;
            from = Span.Length;
            if (!Grow(from))
                return -1;
        }
    }

    /// <summary>The position of the next line end, as <see cref="IndexOfAny"/>.</summary>
    public int IndexOfLineEnd(int from) => IndexOfAny(from, (byte)'\n', (byte)'\r', (byte)'\n');

    /// <summary>The length of the line end at a position: 1, or 2 for CR LF; 0 at the end of the stream.</summary>
    public int LineEndLength(int position) => this[position] switch
    {
        '\r' => this[position + 1] == '\n' ? 2 : 1,
        '\n' => 1,
        _ => 0,
    };

    /// <summary>Goes on to the record that begins <paramref name="bytes"/> further.</summary>
    public void Advance(int bytes)
    {
        _start += bytes;
        IsFull = false;
    }

    /// <summary>
    /// Goes on to behind the next line end, however far it is, keeping nothing. Returns how many bytes the line had.
    /// </summary>
    public long SkipLine(CancellationToken cancellationToken)
    {
        var skipped = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = Span.IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                Advance(at);
                Advance(LineEndLength(0));
                return skipped + at;
            }

            skipped += Span.Length;
            _start = _end = 0;
            IsFull = false;
            if (!Grow(0))
                return skipped;
        }
    }

    /// <summary>Reads until <paramref name="position"/> is inside; false where the stream or the limit ends before it.</summary>
    private bool Grow(int position)
    {
        while (position >= _end - _start)
        {
            if (_end - _start >= maxBytes + Slack)
                IsFull = true;
            if (_atEnd || IsFull)
                return false;
            MakeRoom();
            var room = Math.Min(_buffer.Length - _end, maxBytes + Slack - (_end - _start));
            var read = source.Read(_buffer, _end, room);
            _end += read;
            _atEnd = read == 0;
        }

        return true;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
            return;
        var length = _end - _start;
        // Moved down while the record takes at most half of the buffer, so that moving costs less than reading did; a buffer of the full size holds any record.
        var fullSize = maxBytes + Slack + 1;
        var target = length > _buffer.Length / 2 && _buffer.Length < fullSize ? new byte[(int)Math.Min((long)_buffer.Length * 2, fullSize)] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, length);
        (_buffer, _start, _end) = (target, 0, length);
    }
}
