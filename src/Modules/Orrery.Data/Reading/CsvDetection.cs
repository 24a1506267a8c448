using System.Globalization;
using Orrery.Data.Sources;

namespace Orrery.Data.Reading;

/// <summary>Tells from the first records how a delimited file is written, where its source does not say.</summary>
internal static class CsvDetection
{
    /// <summary>What is looked at.</summary>
    public const int SampleBytes = 64 << 10;

    private static readonly byte[] Delimiters = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <param name="sample">The first bytes of the file, behind a byte order mark.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="spec">What the source says.</param>
    /// <param name="expectedNames">What the columns are called in the file, where that is known.</param>
    public static CsvDialect Detect(ReadOnlyMemory<byte> sample, bool isWhole, CsvSpec spec, IReadOnlyCollection<string>? expectedNames)
    {
        var quote = (byte)spec.Quote[0];
        var delimiter = spec.Delimiter is { } given ? (byte)given[0] : Delimiters.Where(d => d != quote).MaxBy(d => Score(Records(sample, isWhole, d, quote)));
        var hasHeader = spec.Header ?? (spec.Names is null && LooksLikeHeader(Records(sample, isWhole, delimiter, quote).FirstOrDefault() ?? [], expectedNames));
        return new(delimiter, quote, hasHeader);
    }

    /// <summary>How well a delimiter explains the sample: the share of records with the commonest number of fields, if that is more than one; ties go to more fields.</summary>
    private static (double Share, int Fields) Score(List<string[]> records)
    {
        var commonest = records.GroupBy(r => r.Length).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).FirstOrDefault();
        return commonest is null || commonest.Key < 2 ? (0, 0) : ((double)commonest.Count() / records.Count, commonest.Key);
    }

    /// <summary>A name is neither empty nor a number nor a time, and no name is there twice; the name of a known column settles it.</summary>
    private static bool LooksLikeHeader(string[] first, IReadOnlyCollection<string>? expectedNames) =>
        (expectedNames is not null && first.Any(f => expectedNames.Contains(f.Trim(), StringComparer.OrdinalIgnoreCase)))
        || (first.Distinct(StringComparer.OrdinalIgnoreCase).Count() == first.Length && first.Skip(1).All(f => !IsValue(f)) && first.Take(1).All(f => f == "" || !IsValue(f)));

    private static bool IsValue(string field) => string.IsNullOrWhiteSpace(field)
        || double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || DateTimeOffset.TryParse(field, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static List<string[]> Records(ReadOnlyMemory<byte> sample, bool isWhole, byte delimiter, byte quote)
    {
        using var stream = new MemoryStream(sample.ToArray(), writable: false);
        var scanner = new CsvScanner(stream, delimiter, quote, SampleBytes, maxFields: 4096, CancellationToken.None);
        var records = new List<string[]>();
        while (scanner.Read())
            records.Add(scanner.Defect is null ? [.. scanner.Fields.Select(scanner.Text)] : []);
        // The sample's end cuts its last record.
        if (!isWhole && records.Count > 1)
            records.RemoveAt(records.Count - 1);
        return records;
    }
}
