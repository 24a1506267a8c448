using System.Globalization;
using Orrery.Import.Wandb.Proto;

namespace Orrery.Import.Wandb;

/// <summary>What the records of one run say but for its history: read in one pass, as what comes later replaces what came before.</summary>
internal sealed class RunHeader
{
    private readonly Dictionary<string, string> _summary = [];
    private readonly HashSet<string> _history = [];
    private long _lastStep;

    /// <summary>The record that names the run; null until one was read.</summary>
    public RunRecord? Run { get; private set; }

    /// <summary>The configuration, flattened, each value as text.</summary>
    public Dictionary<string, string> Config { get; } = [];

    public RunExitRecord? Exit { get; private set; }

    /// <summary>Whether the console's output stands in the records.</summary>
    public bool HasOutput { get; private set; }

    /// <summary>Whether the history holds what is no number: tables, histograms, texts.</summary>
    public bool HasOtherHistory { get; private set; }

    /// <summary>How often each thing without counterpart was seen.</summary>
    public Dictionary<string, long> Left { get; } = [];

    /// <summary>Values of the summary that no history leads to: what was set by hand.</summary>
    public IEnumerable<(string Key, string Json)> Summary => _summary.Where(entry => !_history.Contains(entry.Key)).Select(entry => (entry.Key, entry.Value));

    /// <summary>The last step of the history.</summary>
    public long LastStep => _lastStep;

    public void Add(Record record)
    {
        switch (record.RecordTypeCase)
        {
            case Record.RecordTypeOneofCase.Run:
                Run = record.Run;
                Change(record.Run.Config);
                Change(record.Run.Summary);
                break;
            case Record.RecordTypeOneofCase.Config:
                Change(record.Config);
                break;
            case Record.RecordTypeOneofCase.Summary:
                Change(record.Summary);
                break;
            case Record.RecordTypeOneofCase.History:
                Note(record.History);
                break;
            case Record.RecordTypeOneofCase.Exit:
                Exit = record.Exit;
                break;
            case Record.RecordTypeOneofCase.Output or Record.RecordTypeOneofCase.OutputRaw:
                HasOutput = true;
                break;
            case Record.RecordTypeOneofCase.Artifact:
                Leave($"artifact of type '{record.Artifact.Type}' (its files are not in the run's folder)");
                break;
            case Record.RecordTypeOneofCase.UseArtifact:
                Leave("use of an artifact");
                break;
            case Record.RecordTypeOneofCase.LinkArtifact:
                Leave("link of an artifact to a registry");
                break;
            case Record.RecordTypeOneofCase.Alert:
                Leave("alert");
                break;
            case Record.RecordTypeOneofCase.Tbrecord:
                Leave("TensorBoard folder");
                break;
            case Record.RecordTypeOneofCase.Metric when record.Metric.Name is not ['_', ..]:
                Leave("definition of a metric (its step or summary)");
                break;
            default:
                break; // headers, telemetry, requests: of the protocol, not of the run
        }
    }

    private void Change(ConfigRecord? change)
    {
        foreach (var item in change?.Update ?? [])
        {
            if (NameOf(item) is var name && (name == "_wandb" || name.StartsWith("_wandb.", StringComparison.Ordinal)))
                continue; // the client's own notes
            Forget(Config, name);
            foreach (var (key, json) in JsonText.Flat(name, item.ValueJson))
                Config[key] = JsonText.Plain(json);
        }

        foreach (var item in change?.Remove ?? [])
            Forget(Config, NameOf(item));
    }

    private void Change(SummaryRecord? change)
    {
        foreach (var item in change?.Update ?? [])
        {
            if (NameOf(item) is ['_', ..])
                continue;
            foreach (var (key, json) in JsonText.Flat(NameOf(item), item.ValueJson))
                _summary[key] = json;
        }

        foreach (var item in change?.Remove ?? [])
            Forget(_summary, NameOf(item));
    }

    private void Note(HistoryRecord history)
    {
        var step = HistoryRow.Of(history);
        _lastStep = Math.Max(_lastStep, step.Step);
        foreach (var (key, json) in step.Values)
        {
            _history.Add(key);
            HasOtherHistory |= JsonText.Number(json) is null;
        }
    }

    private void Leave(string what) => Left[what] = Left.GetValueOrDefault(what) + 1;

    /// <summary>Removes a value and what was flattened out of it.</summary>
    private static void Forget(Dictionary<string, string> values, string name)
    {
        foreach (var key in values.Keys.Where(key => key == name || key.StartsWith(name + ".", StringComparison.Ordinal)).ToList())
            values.Remove(key);
    }

    internal static string NameOf(Item item) => item.NestedKey.Count > 0 ? string.Join('.', item.NestedKey) : item.Key;
}

/// <summary>One step of a history: its number, its time where it has one, and its values.</summary>
internal readonly record struct HistoryRow(long Step, DateTimeOffset? Time, IReadOnlyList<(string Key, string Json)> Values)
{
    public static HistoryRow Of(HistoryRecord record)
    {
        var values = new List<(string, string)>();
        var step = record.Step?.Num ?? 0;
        DateTimeOffset? time = null;
        foreach (var item in record.Item)
        {
            var name = RunHeader.NameOf(item);
            switch (name)
            {
                case "_step":
                    step = long.TryParse(item.ValueJson, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : step;
                    break;
                case "_timestamp":
                    time = JsonText.Number(item.ValueJson) is { } seconds and > -62_135_596_800 and < 253_402_300_800 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
                    break;
                case ['_', ..]:
                    break; // _runtime and other notes of the client
                default:
                    values.AddRange(JsonText.Flat(name, item.ValueJson));
                    break;
            }
        }

        return new(step, time, values);
    }
}
