using System.Text.Unicode;
using Orrery.Data.Ingestion;
using Orrery.Kernel;

namespace Orrery.Data.Reading;

/// <summary>One JSON object a line.</summary>
internal sealed class JsonLinesReader : JsonReader
{
    private readonly Lines _lines;

    private JsonLinesReader(Lines lines, IReadOnlyList<string> columns) : base(columns) => _lines = lines;

    public override long? Line => _lines.Number;

    public override string Raw => Cut(_lines.Raw);

    /// <summary>Reads the file once for its columns and stands before its first record.</summary>
    /// <param name="source">The file behind its byte order mark; seekable.</param>
    /// <param name="limits">How long a line may be, and how many columns there may be.</param>
    /// <param name="cancellationToken">Looked at for every line.</param>
    public static JsonLinesReader Open(Stream source, DataOptions limits, CancellationToken cancellationToken)
    {
        var start = source.Position;
        var columns = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var lines = new Lines(source, limits.MaxRecordBytes, cancellationToken);
        while (lines.Read())
        {
            if (lines.Defect is not null)
                continue;
            using var document = Parse(lines.Raw, out _);
            if (document is not null)
                Collect(document.RootElement, columns, seen, limits.MaxColumns);
        }

        if (columns.Count == 0)
            throw new InvalidException("The file has no JSON object; one object a line was expected.");
        source.Position = start;
        return new(new(source, limits.MaxRecordBytes, cancellationToken), columns);
    }

    public override bool Read()
    {
        if (!_lines.Read())
            return false;
        Row++;
        Defect = _lines.Defect;
        if (Defect is not null)
            return true;
        using var document = Parse(_lines.Raw, out var defect);
        Defect = defect;
        if (document is not null)
            Take(document.RootElement);
        return true;
    }

    /// <summary>Lines that are not empty, of bounded length.</summary>
    private sealed class Lines(Stream source, int maxBytes, CancellationToken cancellationToken)
    {
        private readonly ByteWindow _window = new(source, maxBytes);
        private byte[]? _cut;
        private int _length;
        private int _advance;
        private long _after = 1;

        public long Number { get; private set; }

        public RecordDefect? Defect { get; private set; }

        public ReadOnlySpan<byte> Raw => _cut ?? _window.Span[.._length];

        public bool Read()
        {
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                _window.Advance(_advance);
                (Number, _cut, Defect, _advance) = (_after, null, null, 0);
                if (_window[0] < 0)
                    return false;
                var end = _window.IndexOfLineEnd(0);
                _after++;
                if (end > maxBytes || (end < 0 && _window.IsFull))
                {
                    _cut = _window.Span[..Math.Min(RawBytes, end < 0 ? _window.Span.Length : end)].ToArray();
                    Defect = new(QuarantineReason.TooLong, $"A record has at most {maxBytes} bytes; this line has {_window.SkipLine(cancellationToken)}.");
                    return true;
                }

                _length = end < 0 ? _window.Span.Length : end;
                _advance = _length + _window.LineEndLength(_length);
            }
            while (Raw.Trim(" \t"u8).IsEmpty);

            if (!Utf8.IsValid(Raw))
                Defect = new(QuarantineReason.InvalidEncoding, "The line is not UTF-8; save the file in that encoding.");
            return true;
        }
    }
}
