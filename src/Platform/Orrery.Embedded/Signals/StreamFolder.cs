using System.Globalization;
using Orrery.Embedded.Signals.Segments;
using Orrery.Kernel;

namespace Orrery.Embedded.Signals;

/// <summary>
/// Names the files of a stream. They lie in a folder <c>@log</c> below the stream's own path: '@' is in no stream's name, so the streams
/// <c>a</c> and <c>a/b</c> never meet.
/// </summary>
internal sealed class StreamFolder(string root, string name)
{
    /// <summary>The folder in which a stream's files lie.</summary>
    public const string LogFolder = "@log";

    private const string SegmentSuffix = ".parquet";
    private const string TailPrefix = "tail-";

    /// <summary>The stream's files.</summary>
    public string Path { get; } = System.IO.Path.Combine(root, name, LogFolder);

    /// <summary>Whether the stream was ever made.</summary>
    public bool Exists => Directory.Exists(Path) && Directory.EnumerateFiles(Path).Any();

    /// <summary>Where the tail that begins at <paramref name="first"/> lies.</summary>
    public string TailPath(long first) => System.IO.Path.Combine(Path, TailPrefix + Number(first));

    /// <summary>Where the segment of a range lies; the name alone says what it holds.</summary>
    public string SegmentPath(long first, long end) => System.IO.Path.Combine(Path, $"{Number(first)}-{Number(end)}{SegmentSuffix}");

    /// <summary>The tails' first offsets and paths, in order.</summary>
    public IReadOnlyList<(long First, string Path)> Tails() =>
        [.. Directory.EnumerateFiles(Path, TailPrefix + "*").Select(path => (Parse(path, System.IO.Path.GetFileName(path)[TailPrefix.Length..]), path)).OrderBy(t => t.Item1)];

    /// <summary>The segments in order of their first offset, the widest first.</summary>
    public IReadOnlyList<Segment> Segments() =>
        [.. Directory.EnumerateFiles(Path, "*" + SegmentSuffix).Select(ParseSegment).OrderBy(s => s.First).ThenByDescending(s => s.End)];

    /// <summary>Checks a stream's name, which becomes a path.</summary>
    /// <exception cref="InvalidException">It is not parts of <c>[A-Za-z0-9._-]+</c> joined by '/'.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 512 || !name.Split('/').All(IsPart))
            throw new InvalidException($"A stream's name is parts of letters, digits, '.', '_' and '-', joined by '/', such as 'predictions/flights'; got '{name}'.");
    }

    private static bool IsPart(string part) =>
        part is { Length: > 0 and <= 128 } and not ("." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    // 19 digits hold every long, and make the names sort as the numbers do.
    private static string Number(long offset) => offset.ToString("D19", CultureInfo.InvariantCulture);

    private static Segment ParseSegment(string path)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('-');
        return parts.Length == 2 ? new(Parse(path, parts[0]), Parse(path, parts[1]), path) : throw DamagedStream.Error(path, "its name is no range of offsets");
    }

    private static long Parse(string path, string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
        ? offset
        : throw DamagedStream.Error(path, $"its name should hold an offset instead of '{digits}'");
}
