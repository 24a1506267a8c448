using System.Text;

namespace Orrery.Gateway.Providers.Local;

/// <summary>Lets a text through up to a stop string, and holds back what may be the beginning of one.</summary>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>A stop string came; nothing after it is let through.</summary>
    public bool IsStopped { get; private set; }

    public string Append(string text)
    {
        if (stops.Count == 0 || IsStopped)
            return IsStopped ? "" : text;
        var all = _held.Append(text).ToString();
        _held.Clear();
        var found = stops.Select(stop => all.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (found >= 0)
        {
            IsStopped = true;
            return all[..found];
        }

        var back = stops.Max(stop => Beginning(all, stop));
        _held.Append(all, all.Length - back, back);
        return all[..^back];
    }

    /// <summary>What was held back, at the end.</summary>
    public string Finish() => IsStopped ? "" : _held.ToString();

    /// <summary>How many characters at the end of a text begin a stop string.</summary>
    private static int Beginning(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                return length;
        }

        return 0;
    }
}
