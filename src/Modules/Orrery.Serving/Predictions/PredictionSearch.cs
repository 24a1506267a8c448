using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Platform.Signals;

namespace Orrery.Serving.Predictions;

/// <summary>Finds predictions in an endpoint's stream: the newest by reading its end, older ones by their id in its Parquet files.</summary>
internal sealed class PredictionSearch(ISignalLog signals, AnalyticsEngine analytics)
{
    // Most look-ups ask for what has just happened; these are read without closing the tail of the stream.
    private const int Recent = 4096;

    // Champion and challenger.
    private const int MostArms = 2;

    public async Task<IReadOnlyList<LoggedPrediction>> FindAsync(string endpoint, string id, CancellationToken cancellationToken)
    {
        if (signals.Find(PredictionStream.Name(endpoint)) is not { } stream)
            return [];
        var found = new List<LoggedPrediction>();
        var recent = Math.Max(0, stream.End - Recent);
        await foreach (var batch in stream.ReadAsync(recent, cancellationToken))
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (batch.IdAt(row) == id)
                    found.Add(PredictionRecord.Read(batch, row));
            }
        }

        if (found.Count == 0 && recent > 0)
        {
            foreach (var offset in await OffsetsAsync(stream, id, cancellationToken))
                found.Add(await ReadAsync(stream, offset, cancellationToken));
        }

        return found;
    }

    public async Task<Page<LoggedPrediction>> ListAsync(string endpoint, PageRequest page, CancellationToken cancellationToken)
    {
        var limit = page.CheckedLimit;
        if (signals.Find(PredictionStream.Name(endpoint)) is not { } stream)
            return new([]);
        var end = stream.End;
        if (page.Cursor is not null && (!long.TryParse(page.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out end) || end > stream.End))
            throw new InvalidException($"'{page.Cursor}' is not the cursor of a page of predictions.");
        var start = Math.Max(0, end - limit);
        var found = new List<LoggedPrediction>();
        await foreach (var batch in stream.ReadAsync(start, cancellationToken))
        {
            for (var row = 0; row < batch.Count && found.Count < end - start; row++)
                found.Add(PredictionRecord.Read(batch, row));
            if (found.Count >= end - start)
                break;
        }

        found.Reverse();
        return new(found, start > 0 ? start.ToString(CultureInfo.InvariantCulture) : null);
    }

    private async Task<List<long>> OffsetsAsync(ISignalStream stream, string id, CancellationToken cancellationToken)
    {
        var files = await stream.FilesAsync(cancellationToken);
        if (files.Count == 0)
            return [];
        using var session = analytics.Open();
        using var command = session.CreateCommand();
        command.CommandText = $"SELECT \"offset\" FROM {Sql.Parquet(files)} WHERE id = $id ORDER BY \"offset\" LIMIT {MostArms}";
        command.Parameters.Add(new DuckDBParameter("id", id));
        var offsets = new List<long>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            offsets.Add(reader.GetInt64(0));
        return offsets;
    }

    private static async Task<LoggedPrediction> ReadAsync(ISignalStream stream, long offset, CancellationToken cancellationToken)
    {
        await foreach (var batch in stream.ReadAsync(offset, cancellationToken))
            return PredictionRecord.Read(batch, 0);
        throw new OrreryException(ErrorCode.Internal, $"The stream {stream.Name} ends before its record {offset}.");
    }
}

/// <summary>Reads a record of the prediction stream.</summary>
internal static class PredictionRecord
{
    public static LoggedPrediction Read(SignalBatch batch, int row)
    {
        var features = new Dictionary<string, double>(StringComparer.Ordinal);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Schema.Columns.Count; i++)
        {
            var name = batch.Schema.Columns[i].Name;
            if (batch[i].IsNull(row))
                continue;
            if (name.StartsWith(PredictionStream.FeaturePrefix, StringComparison.Ordinal))
                features[name[PredictionStream.FeaturePrefix.Length..]] = batch[i].Float64(row);
            else if (name.StartsWith(PredictionStream.KeyPrefix, StringComparison.Ordinal))
                keys[name[PredictionStream.KeyPrefix.Length..]] = batch[i].Text(row);
        }

        return new(
            batch.IdAt(row), batch.TimeAt(row), batch[PredictionStream.Version].Int64(row), batch[PredictionStream.Arm].Text(row),
            batch[PredictionStream.Served].Boolean(row), batch[PredictionStream.Score].Float64(row), batch[PredictionStream.LatencyMs].Float64(row), features, keys);
    }
}
