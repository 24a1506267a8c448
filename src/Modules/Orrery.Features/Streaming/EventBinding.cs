using System.Globalization;
using Orrery.Features.Online;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Platform.Signals;

namespace Orrery.Features.Streaming;

/// <summary>An event as one view sees it.</summary>
/// <param name="Entity">Its entity; null where it has none.</param>
/// <param name="Known">When it became known, in microseconds.</param>
/// <param name="Values">The value of each measure; NaN where it has none.</param>
internal sealed record ViewEvent(byte[]? Entity, long Known, double[] Values);

/// <summary>Reads pushed rows for one view, by the same rules as the source's SQL: entities as text, missing values left out.</summary>
internal sealed class EventBinding
{
    private readonly FeatureViewPlan _plan;
    private readonly int[] _entity;
    private readonly (int Column, int Where, bool CountOnly)[] _measures;
    private readonly int _known;

    public EventBinding(FeatureViewPlan plan, string known, IReadOnlyList<string> columns)
    {
        _plan = plan;
        var missing = new Dictionary<string, string>();
        int Position(string name)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i] == name)
                    return i;
            }

            missing[name] = $"The view '{plan.Name}' needs the column '{name}'; the events have {string.Join(", ", columns)}.";
            return -1;
        }

        _entity = [.. plan.Entity.Select(e => Position(e.Column))];
        _known = Position(known);
        _measures = [.. plan.Measures.Select((m, i) => (
            m.Column is null ? -1 : Position(m.Column), m.Where is null ? -1 : Position(m.Where),
            plan.Slots.Where(s => s.Measure == i).All(s => s.Kind == SlotKind.Count)))];
        if (missing.Count > 0)
            throw new InvalidException(missing.First().Value) { Errors = missing };
    }

    /// <summary>All rows, or an error that names each row that does not fit (the first hundred).</summary>
    public List<ViewEvent> Read(EventRows events)
    {
        const int MaxErrors = 100;
        var errors = new Dictionary<string, string>();
        var read = new List<ViewEvent>(events.Rows.Count);
        for (var i = 0; i < events.Rows.Count && errors.Count < MaxErrors; i++)
        {
            if (events.Rows[i].Count != events.Columns.Count)
                errors[$"rows/{i}"] = $"Expected {events.Columns.Count} values, got {events.Rows[i].Count}.";
            else if (Read(events.Rows[i], out var error) is { } one)
                read.Add(one);
            else
                errors[$"rows/{i}"] = error;
        }

        return errors.Count == 0
            ? read
            : throw new InvalidException($"{errors.Count}{(errors.Count == MaxErrors ? " or more" : "")} rows do not fit the view '{_plan.Name}'; first {errors.First().Key}: {errors.First().Value}") { Errors = errors };
    }

    private ViewEvent? Read(IReadOnlyList<object?> row, out string error)
    {
        error = "";
        if (Time(row[_known]) is not { } known)
        {
            error = $"Expected the moment at which it became known, got '{Show(row[_known])}'.";
            return null;
        }

        var values = new double[_measures.Length];
        for (var m = 0; m < values.Length; m++)
        {
            if (Value(row, _measures[m]) is not { } value)
            {
                error = $"Expected a number or boolean for '{_plan.Measures[m].Column ?? _plan.Measures[m].Where}', got '{Show(row[Math.Max(_measures[m].Column, 0)])}'.";
                return null;
            }

            values[m] = value + 0.0; // -0 becomes 0, as in the batch
        }

        return new(Entity(row), SignalBatch.ToMicroseconds(known), values);
    }

    private byte[]? Entity(IReadOnlyList<object?> row)
    {
        var parts = new string[_entity.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Text(row[_entity[i]]) is not { } part)
                return null;
            parts[i] = part;
        }

        return EntityKey.Of(parts);
    }

    // NaN for a missing value, null for one of a type that cannot be aggregated.
    private static double? Value(IReadOnlyList<object?> row, (int Column, int Where, bool CountOnly) measure)
    {
        if (measure.Where >= 0 && row[measure.Where] is not true)
            return row[measure.Where] is null or false ? double.NaN : null;
        if (measure.Column < 0)
            return 1;
        return row[measure.Column] switch
        {
            null => double.NaN,
            bool flag => flag ? 1 : 0,
            long number => number,
            int number => number,
            double number => double.IsFinite(number) ? number : double.NaN,
            float number => float.IsFinite(number) ? number : double.NaN,
            _ => measure.CountOnly ? 1 : null,
        };
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static DateTimeOffset? Time(object? value) => value switch
    {
        DateTimeOffset time => time,
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };

    private static string Show(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { } text ? text.Length > 40 ? text[..40] + "…" : text : "null";
}
