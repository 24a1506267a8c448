using System.Globalization;
using System.Text.Json;
using Orrery.Data.Datasets;
using Orrery.Ledger;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expectations;

/// <summary>Guesses a suite from what a dataset version looks like. The slack is a rule of thumb; a person edits the result.</summary>
internal sealed class SuiteInference(AnalyticsEngine analytics)
{
    /// <summary>Texts with at most this many values, each of which the profile names, are codes.</summary>
    private const int MaxCodes = 10;

    /// <summary>So many rows for each code, lest a small sample passes for the whole.</summary>
    private const int RowsPerCode = 20;

    /// <summary>The range grows by this share of itself on both sides.</summary>
    private const double RangeSlack = 0.1;

    /// <summary>The mean may move by this many standard deviations before somebody should look.</summary>
    private const double MeanSlack = 0.5;

    public async Task<ExpectationSuiteSpec> InferAsync(Dataset dataset, DatasetProfile profile, CancellationToken cancellationToken)
    {
        var patterns = await PatternsAsync(dataset, cancellationToken);
        var expectations = profile.Columns.SelectMany(c => Of(c, profile.Rows, patterns.GetValueOrDefault(c.Name))).ToList();
        return new(dataset.Version.Name, expectations);
    }

    private static IEnumerable<Expectation> Of(ColumnProfile column, long rows, string? pattern)
    {
        var about = new Expectation { Column = column.Name };
        yield return about with { Type = column.Type };
        if (rows == 0)
            yield break;
        if (column.Missing == 0)
            yield return about with { NotNull = true };
        else
            yield return about with { MissingShare = Math.Min(1, Math.Ceiling((1.5 * column.Missing / rows + 0.01) * 1000) / 1000), Severity = Severity.Warn };
        if (column is { Minimum: { } low, Maximum: { } high, Type: ColumnType.Int64 or ColumnType.Float64 })
        {
            var slack = RangeSlack * (high - low);
            yield return about with { Between = [Outward(low - slack, low, Math.Floor, column.Type), Outward(high + slack, high, Math.Ceiling, column.Type)] };
            if (column is { Mean: { } mean, StandardDeviation: { } deviation and > 0 })
                yield return about with { Mean = [Number(mean - MeanSlack * deviation), Number(mean + MeanSlack * deviation)], Severity = Severity.Warn };
        }
        else if (column.Type == ColumnType.Text && column.TopValues is { Count: > 0 } top && column.Distinct <= MaxCodes && rows >= RowsPerCode * column.Distinct)
            yield return about with { In = [.. top.Select(v => v.Value).Order(StringComparer.Ordinal).Select(v => JsonSerializer.SerializeToElement(v, LedgerJson.Options))] };
        else if (pattern is not null)
            yield return about with { Matches = pattern };
    }

    /// <summary>A bound rounded away from the data; what is never negative stays so.</summary>
    private static JsonElement Outward(double bound, double seen, Func<double, double> round, ColumnType type)
    {
        if (seen >= 0 && bound < 0)
            bound = 0;
        return Number(type == ColumnType.Int64 ? round(bound) : bound);
    }

    private static JsonElement Number(double value)
    {
        // Five digits are what a person reads and edits.
        var text = value.ToString("G5", CultureInfo.InvariantCulture);
        var rounded = double.Parse(text, CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToElement(Math.Abs(rounded) < 1e15 && rounded == Math.Floor(rounded) ? (object)(long)rounded : rounded, LedgerJson.Options);
    }

    /// <summary>For text columns whose values all have the same shape, a regular expression for it.</summary>
    private async Task<Dictionary<string, string>> PatternsAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var texts = dataset.Manifest.Columns.Where(c => c.Type == ColumnType.Text).ToList();
        var patterns = new Dictionary<string, string>();
        if (texts.Count == 0)
            return patterns;
        using var session = analytics.Open();
        string[] classes = ["[A-Z]", "[0-9]", "[A-Z0-9]"];
        var figures = texts.Select(c => Sql.Name(c.Name)).Select(c =>
            $"min(length({c})), max(length({c})), {string.Join(", ", classes.Select(k => $"bool_and(regexp_full_match({c}, '{k}+'))"))}");
        var width = 2 + classes.Length;
        await session.SingleAsync($"SELECT {string.Join(", ", figures)} FROM {Sql.Parquet(dataset.Paths)}", row =>
        {
            for (var i = 0; i < texts.Count; i++)
            {
                if (row.IsDBNull(i * width))
                    continue;
                var (shortest, longest) = (row.GetInt64(i * width), row.GetInt64(i * width + 1));
                var match = Array.FindIndex(classes, k => row.GetBoolean(i * width + 2 + Array.IndexOf(classes, k)));
                if (match >= 0)
                    patterns[texts[i].Name] = string.Create(CultureInfo.InvariantCulture, $"^{classes[match]}{{{(shortest == longest ? $"{shortest}" : $"{shortest},{longest}")}}}$");
            }

            return patterns.Count;
        }, cancellationToken);
        return patterns;
    }
}
