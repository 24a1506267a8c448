using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Orrery.Client;
using Orrery.Platform.Analytics;

namespace Orrery.Import.Neptune;

/// <summary>One run of an export.</summary>
internal sealed class NeptuneRun(DuckDBConnection session, string project, string run, IReadOnlyList<string> parts, LocalFolder? files, string scratch)
{
    private const string System = "sys/";

    /// <summary>A single value as text, whatever its type: numbers as they were, sets joined by commas.</summary>
    private const string Value =
        """
        CASE attribute_type WHEN 'float' THEN float_value::VARCHAR WHEN 'int' THEN int_value::VARCHAR WHEN 'bool' THEN bool_value::VARCHAR
          WHEN 'datetime' THEN strftime(datetime_value::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ') WHEN 'string_set' THEN array_to_string(string_set_value, ',') ELSE string_value END
        """;

    private const int MaxDecimals = 6;

    private readonly string _rows = Sql.Parquet(parts);

    public async Task<ImportedRun> ReadAsync(ImportReport report, CancellationToken cancellationToken)
    {
        var values = await session.QueryAsync(
            $"SELECT attribute_path, attribute_type, {Value} FROM {_rows} WHERE attribute_type IN ('float', 'int', 'string', 'bool', 'datetime', 'string_set') ORDER BY attribute_path",
            row => (Path: row.GetString(0), Type: row.GetString(1), Text: row.IsDBNull(2) ? null : row.GetString(2)), cancellationToken);
        var single = values.Where(value => value.Text is not null).DistinctBy(value => value.Path).ToDictionary(value => value.Path, value => value.Text!);
        var multiplier = await MultiplierAsync(cancellationToken);
        foreach (var (type, count) in await session.QueryAsync(
                     $"""
                     SELECT attribute_type, count(DISTINCT attribute_path) FROM {_rows}
                     WHERE attribute_type NOT IN ('float', 'int', 'string', 'bool', 'datetime', 'string_set', 'float_series', 'string_series', 'histogram_series', 'file', 'file_series', 'file_set', 'artifact') GROUP BY 1
                     """, row => (row.GetString(0), row.GetInt64(1)), cancellationToken))
            report.Leave($"attribute of type '{type}'", count);

        var startedAt = Moment("sys/creation_time") ?? DateTimeOffset.UnixEpoch;
        var failed = single.GetValueOrDefault("sys/failed") is "true" or "True";
        return new(ImportedRun.IdOf("neptune", $"{project}\n{run}"), project, single.GetValueOrDefault("sys/custom_run_id", run), startedAt)
        {
            Status = failed ? "failed" : "finished", // no run goes on: the service is gone
            EndedAt = Moment("sys/modification_time") ?? startedAt,
            Parameters = single.Where(value => !value.Key.StartsWith(System, StringComparison.Ordinal)).ToDictionary(),
            Tags = Tags(single, multiplier),
            Points = PointsAsync(multiplier, startedAt, cancellationToken),
            Artifacts = ArtifactsAsync(multiplier, report, cancellationToken),
        };

        DateTimeOffset? Moment(string path) =>
            DateTimeOffset.TryParse(single.GetValueOrDefault(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
    }

    private Dictionary<string, string> Tags(Dictionary<string, string> single, long multiplier)
    {
        var tags = new Dictionary<string, string> { ["neptune.run_id"] = run };
        if (multiplier > 1)
            tags["neptune.step_multiplier"] = multiplier.ToString(CultureInfo.InvariantCulture);
        foreach (var (path, text) in single.Where(value => value.Key.StartsWith(System, StringComparison.Ordinal)))
        {
            switch (path)
            {
                case "sys/tags" or "sys/group_tags":
                    foreach (var label in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
                        tags.TryAdd(label, RunTags.Label);
                    break;
                case "sys/description" when text.Length > 0:
                    tags[RunTags.Note] = text;
                    break;
                case "sys/creation_time" or "sys/modification_time" or "sys/id" or "sys/custom_run_id" or "sys/description":
                    break; // stands elsewhere
                default:
                    tags[$"neptune.{path[System.Length..]}"] = text;
                    break;
            }
        }

        return tags;
    }

    /// <summary>The least power of ten that makes all steps of the run whole.</summary>
    private async Task<long> MultiplierAsync(CancellationToken cancellationToken)
    {
        var decimals = string.Join(" ", Enumerable.Range(0, MaxDecimals).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"WHEN (step * {(long)Math.Pow(10, i)}) % 1 = 0 THEN {i}")));
        var most = await session.SingleAsync(
            $"SELECT coalesce(max(CASE {decimals} ELSE {MaxDecimals} END), 0)::INTEGER FROM (SELECT step::DECIMAL(30, 6) AS step FROM {_rows} WHERE step IS NOT NULL)", row => row.GetInt32(0), cancellationToken);
        return (long)Math.Pow(10, most);
    }

    private async IAsyncEnumerable<MetricPoint> PointsAsync(long multiplier, DateTimeOffset startedAt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var command = session.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText =
            $"SELECT attribute_path, float_value::DOUBLE, {Step(multiplier)}, epoch_ms(\"timestamp\"::TIMESTAMP) FROM {_rows} WHERE attribute_type = 'float_series' AND float_value IS NOT NULL";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            yield return new(rows.GetString(0), rows.GetDouble(1), rows.GetInt64(2), rows.IsDBNull(3) ? startedAt : DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(3)));
    }

    private async IAsyncEnumerable<ImportedArtifact> ArtifactsAsync(long multiplier, ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var artifact in await FilesAsync(multiplier, report, cancellationToken))
            yield return artifact;
        var series = await session.QueryAsync(
            $"SELECT DISTINCT attribute_path, attribute_type FROM {_rows} WHERE attribute_type IN ('string_series', 'histogram_series') ORDER BY 1", row => (Path: row.GetString(0), Type: row.GetString(1)), cancellationToken);
        foreach (var (path, type) in series)
        {
            var lines = Path.Combine(scratch, $"{Guid.NewGuid():N}.jsonl");
            var value = type == "string_series" ? "string_value" : "histogram_value";
            await session.ExecuteAsync(
                $"COPY (SELECT {Step(multiplier)} AS step, \"timestamp\", {value} AS value FROM {_rows} WHERE attribute_path = {Sql.Text(path)} AND attribute_type = {Sql.Text(type)}) TO {Sql.Text(lines)} (FORMAT json)", cancellationToken);
            yield return ImportedArtifact.File($"{Names.PathOf(path)}.jsonl", lines);
            File.Delete(lines);
        }
    }

    private async Task<List<ImportedArtifact>> FilesAsync(long multiplier, ImportReport report, CancellationToken cancellationToken)
    {
        var named = await session.QueryAsync(
            $"SELECT attribute_path, file_value.path, CASE WHEN attribute_type = 'file_series' THEN {Step(multiplier)} END FROM {_rows} WHERE attribute_type IN ('file', 'file_series', 'file_set', 'artifact') AND file_value.path IS NOT NULL ORDER BY 1, 3",
            row => (Attribute: row.GetString(0), Path: row.GetString(1), Step: row.IsDBNull(2) ? (long?)null : row.GetInt64(2)), cancellationToken);
        var artifacts = new List<ImportedArtifact>();
        foreach (var (attribute, relative, step) in named)
        {
            var name = Names.PathOf(step is null ? attribute : string.Create(CultureInfo.InvariantCulture, $"{attribute}/step_{step}"));
            switch (files?.Find(relative))
            {
                case null:
                    report.Leave("file that is not in the folder of files");
                    break;
                case var folder when Directory.Exists(folder):
                    artifacts.AddRange(LocalFolder.Files(folder).Select(file => ImportedArtifact.File($"{name}/{Names.PathOf(file.Relative)}", file.Path)));
                    break;
                case var file:
                    artifacts.Add(ImportedArtifact.File(Path.HasExtension(name) ? name : name + Path.GetExtension(file), file));
                    break;
            }
        }

        return artifacts;
    }

    private static string Step(long multiplier) => string.Create(CultureInfo.InvariantCulture, $"coalesce(round(step * {multiplier}), 0)::BIGINT");
}
