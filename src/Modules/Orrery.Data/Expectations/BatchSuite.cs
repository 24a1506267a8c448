using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Data.Expectations;

/// <summary>Holds a batch that is being ingested against the suite of its source.</summary>
internal sealed class BatchSuite(IResources resources, ExpectationCompiler compiler, ValidationRecord record)
{
    public async Task<(JudgedBatch Judged, ValidationReport Report)> CheckAsync(
        Caller caller, RunId run, string suite, string fileName, JudgedBatch judged, Quarantine quarantine, CancellationToken cancellationToken)
    {
        var resource = await resources.GetAsync<ExpectationSuiteSpec>(caller, new AssetRef(AssetKind.ExpectationSuite, suite), cancellationToken);
        var expectations = compiler.Compile(resource.Spec.Expectations, judged.Columns);
        var good = JudgedBatch.GoodOf(JudgedBatch.Typed, hasBad: true);
        var results = await new SuiteCheck(judged.Batch.Session, quarantine).RunAsync(judged.Good, good, expectations, cancellationToken);
        var report = new ValidationReport(resource.Version.Ref.ToString(), fileName, judged.Rows - judged.BadRows, results);
        await record.WriteAsync(caller, run, resource.Version, report, cancellationToken);
        return (judged with { BadRows = await quarantine.RowsAsync(cancellationToken) }, report);
    }
}
