using System.Text;
using System.Text.Unicode;
using Orrery.Data.Ingestion;

namespace Orrery.Data.Reading;

/// <summary>Where a field stands in its record.</summary>
/// <param name="Start">Its first byte, within the quotes.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Quoted">Whether it stands in quotes.</param>
/// <param name="Escaped">Whether doubled quotes are in it.</param>
internal readonly record struct CsvField(int Start, int Length, bool Quoted, bool Escaped);

/// <summary>
/// Cuts delimited text into records and fields (RFC 4180 section 2), tolerant of what it leaves open: LF, CR LF and CR end a record, even mixed; empty lines are
/// no records; a quote inside an unquoted field stands for itself.
/// </summary>
/// <remarks>
/// A stray quote must not swallow the file. Where a quoted field is never closed, or text follows its closing quote, only the line that it began on is
/// defective, and reading goes on with the line behind it. That stays linear: each quote ends at most one such field.
/// </remarks>
internal sealed class CsvScanner(Stream source, byte delimiter, byte quote, int maxRecordBytes, int maxFields, CancellationToken cancellationToken)
{
    private readonly ByteWindow _window = new(source, maxRecordBytes);
    private readonly List<CsvField> _fields = [];
    private int _length;
    private int _advance;
    private long _linesAfter = 1;
    private byte[]? _cut;

    /// <summary>The line on which the record begins.</summary>
    public long Line { get; private set; }

    /// <summary>What is wrong with the record.</summary>
    public RecordDefect? Defect { get; private set; }

    /// <summary>The record's fields; of a defective one, those before the defect. Fields beyond the limit are only counted.</summary>
    public IReadOnlyList<CsvField> Fields => _fields;

    /// <summary>How many fields the record has.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The record's bytes without its line end; of one that is too long, the first of them.</summary>
    public ReadOnlySpan<byte> Raw => _cut ?? _window.Span[.._length];

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool Read()
    {
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            _window.Advance(_advance);
            (Line, _cut, Defect, FieldCount, _advance, _length) = (_linesAfter, null, null, 0, 0, 0);
            _fields.Clear();
            if (_window[0] < 0)
                return false;
            Scan();
        }
        while (_length == 0 && _cut is null);

        if (Defect is null)
            CheckText();
        return true;
    }

    /// <summary>The text of a field.</summary>
    public string Text(CsvField field)
    {
        var text = Encoding.UTF8.GetString(_window.Span.Slice(field.Start, field.Length));
        return field.Escaped ? text.Replace(new string((char)quote, 2), ((char)quote).ToString(), StringComparison.Ordinal) : text;
    }

    private void Scan()
    {
        var at = 0;
        while (true)
        {
            var isQuoted = _window[at] == quote;
            var end = isQuoted ? QuotedEnd(at) : UnquotedEnd(at);
            if (end < 0)
                return;
            if (_window[end] != delimiter)
            {
                Finish(end);
                return;
            }

            at = end + 1;
        }
    }

    /// <summary>Adds an unquoted field and gives the position behind it; negative where the record ended in a defect.</summary>
    private int UnquotedEnd(int start)
    {
        var end = _window.IndexOfAny(start, delimiter, (byte)'\n', (byte)'\r');
        if (end < 0 && _window.IsFull)
        {
            CutTooLong();
            return -1;
        }

        end = end < 0 ? _window.Span.Length : end;
        Add(new(start, end - start, Quoted: false, Escaped: false));
        return end;
    }

    /// <summary>As <see cref="UnquotedEnd"/>, for a field whose opening quote stands at <paramref name="start"/>.</summary>
    private int QuotedEnd(int start)
    {
        var escaped = false;
        var at = start + 1;
        while (true)
        {
            at = _window.IndexOfAny(at, quote, quote, quote);
            if (at < 0)
            {
                RejectFirstLine("A quote is opened and never closed");
                return -1;
            }

            if (_window[at + 1] != quote)
                break;
            escaped = true;
            at += 2;
        }

        Add(new(start + 1, at - start - 1, Quoted: true, escaped));
        var behind = _window[at + 1];
        if (behind >= 0 && behind != delimiter && behind != '\n' && behind != '\r')
        {
            RejectFirstLine("Text follows a closing quote");
            return -1;
        }

        return at + 1;
    }

    private void Add(CsvField field)
    {
        FieldCount++;
        if (_fields.Count < maxFields)
            _fields.Add(field);
    }

    private void Finish(int end)
    {
        if (end > maxRecordBytes)
        {
            CutTooLong();
            return;
        }

        _length = end;
        _advance = end + _window.LineEndLength(end);
        _linesAfter += LinesWithin(end) + 1;
    }

    /// <summary>Line ends inside the record: only quoted fields can hold any.</summary>
    private long LinesWithin(int end)
    {
        var lines = 0L;
        foreach (var field in _fields.Where(f => f.Quoted))
        {
            var content = _window.Span[..end].Slice(field.Start, field.Length);
            lines += content.Count((byte)'\n') + content.Count((byte)'\r') - content.Count("\r\n"u8);
        }

        return lines;
    }

    /// <summary>Makes a defect of the line that the record begins on; the lines behind it are read again as records of their own.</summary>
    private void RejectFirstLine(string detail)
    {
        var end = _window.IndexOfLineEnd(0);
        if (end > maxRecordBytes || (end < 0 && _window.IsFull))
        {
            CutTooLong();
            return;
        }

        end = end < 0 ? _window.Span.Length : end;
        Defect = new(QuarantineReason.BadQuote, $"{detail}; double a quote that belongs to the text.");
        _length = end;
        _advance = end + _window.LineEndLength(end);
        _linesAfter++;
    }

    private void CutTooLong()
    {
        _fields.Clear();
        var lineEnd = _window.IndexOfLineEnd(0);
        if (lineEnd >= 0 && lineEnd <= maxRecordBytes)
        {
            RejectFirstLine("A quoted field makes the record longer than it may be");
            return;
        }

        var seen = lineEnd < 0 ? _window.Span.Length : lineEnd;
        _cut = _window.Span[..Math.Min(RecordReader.RawBytes, seen)].ToArray();
        var bytes = _window.SkipLine(cancellationToken);
        Defect = new(QuarantineReason.TooLong, $"A record has at most {maxRecordBytes} bytes; this line has {bytes}.");
        _linesAfter++;
    }

    private void CheckText()
    {
        if (!Utf8.IsValid(Raw))
            Defect = new(QuarantineReason.InvalidEncoding, "The record is not UTF-8; save the file in that encoding.");
        else if (Raw.Contains((byte)0))
            Defect = new(QuarantineReason.InvalidEncoding, "The record holds a NUL character, which text does not have.");
    }
}
