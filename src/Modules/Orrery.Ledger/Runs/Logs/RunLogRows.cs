using System.Globalization;
using System.Text;
using LinqToDB.Mapping;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs.Logs;

/// <summary>Some lines of a run's log that came together: each as its time in microseconds, a tab, and the text.</summary>
[Table("run_logs")]
internal sealed record RunLogRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }

    /// <summary>The number of the first line.</summary>
    [PrimaryKey(2), Column("first")] public long First { get; init; }

    /// <summary>How many lines it holds.</summary>
    [Column("count")] public int Count { get; init; }

    /// <summary>Characters of this row and all before it.</summary>
    [Column("characters")] public long Characters { get; init; }
    [Column("lines")] public string Lines { get; init; } = "";

    public static string Pack(IEnumerable<(long Time, string Text)> lines)
    {
        var packed = new StringBuilder();
        foreach (var (time, text) in lines)
            packed.Append(CultureInfo.InvariantCulture, $"{time}\t{text}\n");
        return packed.ToString();
    }

    public IEnumerable<LogLine> Unpack()
    {
        var number = First;
        for (var at = 0; at < Lines.Length;)
        {
            var tab = Lines.IndexOf('\t', at);
            var end = Lines.IndexOf('\n', tab);
            yield return new(number++, Instant.FromColumn(long.Parse(Lines.AsSpan(at, tab - at), CultureInfo.InvariantCulture)), Lines[(tab + 1)..end]);
            at = end + 1;
        }
    }
}
