using Apache.Arrow;

namespace Orrery.Training.Train;

/// <summary>Rows of a training set in the order of time. Their memory is native: dispose them.</summary>
/// <param name="Batches">The raw columns that any transform reads.</param>
/// <param name="Label">0 or 1, one a row.</param>
/// <param name="Groups">The group of each row; null where none is declared.</param>
internal sealed record RowPart(IReadOnlyList<RecordBatch> Batches, float[] Label, IReadOnlyList<string?>? Groups) : IDisposable
{
    public int Rows => Label.Length;

    public void Dispose()
    {
        foreach (var batch in Batches)
            batch.Dispose();
    }
}

/// <summary>A training set cut at two instants.</summary>
/// <param name="Training">Everything before the first.</param>
/// <param name="Validation">What lies between.</param>
/// <param name="Test">Everything from the second on.</param>
/// <param name="ValidationFrom">The first instant.</param>
/// <param name="TestFrom">The second.</param>
internal sealed record RowParts(RowPart Training, RowPart Validation, RowPart Test, DateTimeOffset ValidationFrom, DateTimeOffset TestFrom) : IDisposable
{
    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }
}
