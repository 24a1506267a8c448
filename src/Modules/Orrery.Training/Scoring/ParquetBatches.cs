using Apache.Arrow;
using ParquetSharp.Arrow;

namespace Orrery.Training.Scoring;

/// <summary>Reads a Parquet file as Arrow record batches, in the order of its rows.</summary>
internal static class ParquetBatches
{
    public static async Task<IReadOnlyList<RecordBatch>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var batches = new List<RecordBatch>();
        await foreach (var batch in StreamAsync(path, cancellationToken))
            batches.Add(batch);
        return batches;
    }

    public static async IAsyncEnumerable<RecordBatch> StreamAsync(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new FileReader(path);
        using var stream = reader.GetRecordBatchReader();
        while (await stream.ReadNextRecordBatchAsync(cancellationToken) is { } batch)
            yield return batch;
    }
}
