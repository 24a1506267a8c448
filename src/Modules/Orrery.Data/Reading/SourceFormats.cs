using Orrery.Data.Sources;
using Orrery.Kernel;

namespace Orrery.Data.Reading;

/// <summary>Tells layouts apart by a file's first bytes.</summary>
internal static class SourceFormats
{
    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>The layout, checked where it was declared.</summary>
    /// <exception cref="InvalidException">The file is empty, or in an encoding that is not read, or no Parquet where that was declared.</exception>
    public static SourceFormat Detect(string path, SourceFormat? declared)
    {
        Span<byte> first = stackalloc byte[512];
        using var stream = File.OpenRead(path);
        first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        if (first.StartsWith(Utf8Mark))
            first = first[Utf8Mark.Length..];
        if (first.IsEmpty)
            throw new InvalidException("The file is empty; it has not a single byte to read.");
        var isParquet = first.StartsWith("PAR1"u8);
        if (declared is { } format)
        {
            if (format == SourceFormat.Parquet != isParquet)
                throw new InvalidException(isParquet ? $"The file is Parquet; the source declares {format}." : "The file is no Parquet: it does not begin with PAR1.");
            return format;
        }

        if (isParquet)
            return SourceFormat.Parquet;
        var text = first.TrimStart(" \t\r\n"u8);
        return text.StartsWith("["u8) ? SourceFormat.Json : text.StartsWith("{"u8) ? SourceFormat.Jsonl : SourceFormat.Csv;
    }

    /// <summary>Stands behind the byte order mark of UTF-8, if there is one.</summary>
    /// <exception cref="InvalidException">The mark is another encoding's.</exception>
    public static void SkipMark(Stream stream)
    {
        Span<byte> first = stackalloc byte[3];
        first = first[..stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        if (first.StartsWith<byte>([0xFE, 0xFF]) || first.StartsWith<byte>([0xFF, 0xFE]))
            throw new InvalidException("The file is UTF-16 by its byte order mark; save it as UTF-8.");
        stream.Position = first.StartsWith(Utf8Mark) ? Utf8Mark.Length : 0;
    }

    /// <summary>The part of an engine's message that is for people.</summary>
    public static string FirstLine(Exception error) => error.Message.Split('\n')[0];
}
