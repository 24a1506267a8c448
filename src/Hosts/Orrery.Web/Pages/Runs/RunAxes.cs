using Orrery.Ledger.Runs;
using Orrery.Web.Charts;
using Orrery.Web.Parts;

namespace Orrery.Web.Pages.Runs;

/// <summary>Runs as lines over axes: the parameters that differ among them, then the metrics that do.</summary>
internal sealed record RunAxes(IReadOnlyList<ParallelAxis> Axes, IReadOnlyList<ParallelLine> Lines)
{
    private const int MaxParameters = 8, MaxMetrics = 4;

    public static RunAxes Of(IReadOnlyList<Run> runs)
    {
        var parameters = runs.SelectMany(run => run.Parameters.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(key => Parameter(key, [.. runs.Select(run => run.Parameters.GetValueOrDefault(key))])).OfType<Column>().Take(MaxParameters);
        var metrics = runs.SelectMany(run => run.Metrics.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(key => Number(key, [.. runs.Select(run => run.Metrics.TryGetValue(key, out var value) ? value : (double?)null)])).OfType<Column>().Take(MaxMetrics);
        var columns = parameters.Concat(metrics).ToList();
        return new(
            [.. columns.Select(column => column.Axis)],
            [.. runs.Select((run, i) => new ParallelLine([.. columns.Select(column => column.Places[i])], run.Name, i == 0 ? ScatterMark.Best : ScatterMark.Plain))]);
    }

    /// <summary>Null where it is the same for all.</summary>
    private static Column? Parameter(string key, IReadOnlyList<string?> texts)
    {
        if (texts.Distinct().Count() < 2)
            return null;
        var numbers = texts.Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : (double?)null).ToList();
        if (numbers.Zip(texts).All(pair => pair.First is not null || pair.Second is null))
            return Number(key, numbers);
        var choices = texts.OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        double Place(string text) => choices.Count == 1 ? 0.5 : choices.IndexOf(text) / (choices.Count - 1.0);
        return new(new(key, [.. choices.Select(choice => (Place(choice), choice))]), [.. texts.Select(text => text is null ? (double?)null : Place(text))]);
    }

    private static Column? Number(string key, IReadOnlyList<double?> numbers)
    {
        var finite = numbers.OfType<double>().Where(double.IsFinite).ToList();
        if (finite.Count == 0 || finite.Min() == finite.Max())
            return null;
        var scale = Scale.Over(finite, 0, 1);
        return new(
            new(key, [(0, Numbers.Metric(scale.Low)), (1, Numbers.Metric(scale.High))]), [.. numbers.Select(number => number is { } value && double.IsFinite(value) ? scale.At(value) : (double?)null)]);
    }

    private sealed record Column(ParallelAxis Axis, IReadOnlyList<double?> Places);
}
