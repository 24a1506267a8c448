using DuckDB.NET.Data;
using Orrery.Data.Ingestion;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expectations;

/// <summary>
/// Holds the rows of a relation against compiled expectations: those about rows first, then those about the batch, over the rows that are not in quarantine by then.
/// </summary>
internal sealed class SuiteCheck(DuckDBConnection session, Quarantine quarantine)
{
    private const int SampleRows = 20;

    /// <summary>The table for rows that break an expectation which is only a warning.</summary>
    private const string WarnedTable = "warned";

    /// <param name="relation">SQL of the relation, which has <see cref="StagedBatch.Row"/> and <see cref="StagedBatch.Line"/>.</param>
    /// <param name="good">SQL of those of its rows that are not in quarantine when it runs.</param>
    /// <param name="expectations">What is expected.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public async Task<IReadOnlyList<ExpectationResult>> RunAsync(
        string relation, string good, IReadOnlyList<CompiledExpectation> expectations, CancellationToken cancellationToken)
    {
        var warned = new Quarantine(session, WarnedTable);
        await warned.CreateAsync(cancellationToken);
        var results = new ExpectationResult[expectations.Count];
        await CheckRowsAsync(quarantine, relation, expectations, results, e => e.Severity != Severity.Warn, cancellationToken);
        await CheckRowsAsync(warned, relation, expectations, results, e => e.Severity == Severity.Warn, cancellationToken);
        await CheckBatchAsync(good, expectations, results, cancellationToken);
        return results;
    }

    private static async Task CheckRowsAsync(
        Quarantine into, string relation, IReadOnlyList<CompiledExpectation> expectations, ExpectationResult[] results, Func<RowExpectation, bool> isMeant,
        CancellationToken cancellationToken)
    {
        var rows = expectations.Select((e, i) => (Expectation: e as RowExpectation, Index: i)).Where(e => e.Expectation is not null && isMeant(e.Expectation)).ToList();
        var extras = string.Concat(rows.Select(e => e.Expectation!.Extra).OfType<string>().Select(e => $", {e}"));
        var counts = await into.ApplyAsync(extras == "" ? relation : $"(SELECT *{extras} FROM {relation})", [.. rows.Select(e => e.Expectation!.Rule)], cancellationToken);
        for (var i = 0; i < rows.Count; i++)
        {
            var (expectation, index) = rows[i];
            var sample = counts[i] == 0 ? [] : await into.FirstOfAsync(i, SampleRows, cancellationToken);
            results[index] = new(expectation!.Text, expectation.Severity, counts[i] == 0, counts[i], null, sample);
        }
    }

    private async Task CheckBatchAsync(
        string relation, IReadOnlyList<CompiledExpectation> expectations, ExpectationResult[] results, CancellationToken cancellationToken)
    {
        var batch = expectations.Select((e, i) => (Expectation: e as BatchExpectation, Index: i)).Where(e => e.Expectation is not null).ToList();
        if (batch.Count == 0)
            return;
        var figures = await session.SingleAsync(
            $"SELECT {string.Join(", ", batch.Select(e => $"CAST({e.Expectation!.Measure} AS DOUBLE)"))} FROM {relation}",
            row => Enumerable.Range(0, batch.Count).Select(i => row.IsDBNull(i) ? (double?)null : row.GetDouble(i)).ToArray(), cancellationToken);
        foreach (var ((expectation, index), figure) in batch.Zip(figures))
            results[index] = new(expectation!.Text, expectation.Severity, figure is { } value && expectation.Range.Holds(value), null, figure, []);
    }
}
