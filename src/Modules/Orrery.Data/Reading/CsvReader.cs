using System.Globalization;
using System.Text;
using Orrery.Data.Ingestion;
using Orrery.Data.Sources;
using Orrery.Kernel;

namespace Orrery.Data.Reading;

/// <summary>Records of a delimited file: a header or given names, and as many fields in each record.</summary>
internal sealed class CsvReader : RecordReader
{
    private readonly CsvScanner _scanner;
    private readonly HashSet<string> _nulls;
    private readonly string[] _columns;
    private bool _isFirstPending;

    /// <param name="source">The file behind its byte order mark; seekable.</param>
    /// <param name="spec">What the source says.</param>
    /// <param name="expectedNames">What the columns are called in the file, where that is known.</param>
    /// <param name="limits">How long a record may be, and how many columns it may have.</param>
    /// <param name="cancellationToken">Looked at for every record.</param>
    /// <exception cref="InvalidException">There is no record, or the header is unusable.</exception>
    public CsvReader(Stream source, CsvSpec spec, IReadOnlyCollection<string>? expectedNames, DataOptions limits, CancellationToken cancellationToken)
    {
        var dialect = CsvDetection.Detect(Sample(source, out var isWhole), isWhole, spec, expectedNames);
        _scanner = new(source, dialect.Delimiter, dialect.Quote, limits.MaxRecordBytes, limits.MaxColumns, cancellationToken);
        _nulls = new(spec.NullValues, StringComparer.Ordinal);
        if (!_scanner.Read())
            throw new InvalidException("The file is empty; records of delimited text were expected.");
        if (dialect.HasHeader && _scanner.Defect is { } defect)
            throw new InvalidException($"The header on line {_scanner.Line} cannot be read. {defect.Detail}");
        if (_scanner.FieldCount > limits.MaxColumns)
            throw new InvalidException($"A file has at most {limits.MaxColumns} columns; the first record has {_scanner.FieldCount}.");
        _columns = dialect.HasHeader ? Header() : spec.Names?.ToArray() ?? Positions(_scanner.FieldCount);
        _isFirstPending = !dialect.HasHeader;
        if (_columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidException($"The column '{twice.Key}' is there twice; upper and lower case make no difference. Rename one of them.");
    }

    public override IReadOnlyList<string> Columns => _columns;

    public override long? Line => _scanner.Line;

    public override string Raw => Encoding.UTF8.GetString(_scanner.Raw[..Math.Min(RawBytes, _scanner.Raw.Length)]);

    public override bool Read()
    {
        if (!_isFirstPending && !_scanner.Read())
            return false;
        _isFirstPending = false;
        Row++;
        Defect = _scanner.Defect ?? (_scanner.FieldCount == _columns.Length
            ? null
            : new(QuarantineReason.Ragged, $"{_columns.Length} fields were expected, {_scanner.FieldCount} came."));
        return true;
    }

    public override string? Value(int column)
    {
        var field = _scanner.Fields[column];
        var text = _scanner.Text(field);
        return !field.Quoted && _nulls.Contains(text) ? null : text;
    }

    private string[] Header() =>
        [.. _scanner.Fields.Select((f, i) => _scanner.Text(f).Trim() is { Length: > 0 } name ? name : Position(i))];

    private static string[] Positions(int count) => [.. Enumerable.Range(0, count).Select(Position)];

    private static string Position(int index) => string.Create(CultureInfo.InvariantCulture, $"column{index + 1}");

    private static ReadOnlyMemory<byte> Sample(Stream source, out bool isWhole)
    {
        var start = source.Position;
        var sample = new byte[CsvDetection.SampleBytes];
        var read = source.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        source.Position = start;
        isWhole = read < sample.Length;
        return sample.AsMemory(0, read);
    }
}
