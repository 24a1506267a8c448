using Microsoft.Extensions.Options;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Data.Expressions;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Expectations;

/// <summary>Suites from and for dataset versions.</summary>
internal sealed class DatasetValidation(
    IDatasets datasets, IResources resources, IRuns runs, IBlobStore blobs, Sandbox sandbox, ExpectationCompiler compiler, SuiteInference inference,
    ValidationRecord validations, IngestRecord record, IOptions<DataOptions> options, TimeProvider time) : IExpectations
{
    public async Task<ExpectationSuiteSpec> InferAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default)
    {
        var dataset = await datasets.OpenAsync(caller, version, cancellationToken);
        return await inference.InferAsync(dataset, await datasets.ProfileAsync(caller, version, cancellationToken), cancellationToken);
    }

    public async Task<Validation> ValidateAsync(Caller caller, VersionId version, string suite, RunId? run = null, CancellationToken cancellationToken = default)
    {
        using var limit = new TimeLimit(time, options.Value.TimeLimit, cancellationToken);
        var dataset = await datasets.OpenAsync(caller, version, cancellationToken);
        var resource = await resources.GetAsync<ExpectationSuiteSpec>(caller, new AssetRef(AssetKind.ExpectationSuite, suite), cancellationToken);
        var expectations = compiler.Compile(resource.Spec.Expectations, dataset.Manifest.Columns);
        var id = run ?? (await runs.StartAsync(caller, new("validate", dataset.Version.Ref.ToString(), dataset.Version.Name), cancellationToken)).Id;
        try
        {
            await runs.LogAsync(caller, id, new RunLog { Inputs = [new(version, "dataset")] }, cancellationToken);
            var report = await limit.RunAsync(token => CheckAsync(caller, id, dataset, resource, expectations, token));
            await validations.WriteAsync(caller, id, resource.Version, report, cancellationToken);
            if (run is null)
                await runs.FinishAsync(caller, id, RunStatus.Finished, null, cancellationToken: cancellationToken);
            return new(id, report);
        }
        catch (Exception error) when (run is null)
        {
            await record.FailAsync(caller, id, error);
            throw;
        }
    }

    private async Task<ValidationReport> CheckAsync(
        Caller caller, RunId run, Dataset dataset, Resource<ExpectationSuiteSpec> suite, IReadOnlyList<CompiledExpectation> expectations, CancellationToken cancellationToken)
    {
        using var scratch = new ScratchFolder(blobs.ScratchFolder);
        using var session = sandbox.Open(scratch.Path, dataset.Paths);
        var quarantine = new Quarantine(session);
        await quarantine.CreateAsync(cancellationToken);
        // Rows are numbered over all files, in the order in which a download gives them.
        var columns = dataset.Manifest.Columns.Select((c, i) => new StagedColumn(c.Name, ColumnTypes.Sql(c.Type), Sql.Name(c.Name))).ToList();
        await session.ExecuteAsync(
            $"CREATE TEMP VIEW {StagedBatch.Raw} AS SELECT row_number() OVER () AS {StagedBatch.Row}, CAST(NULL AS BIGINT) AS {StagedBatch.Line}, * FROM {Sql.Parquet(dataset.Paths)}",
            cancellationToken);
        var results = await new SuiteCheck(session, quarantine).RunAsync(StagedBatch.Raw, StagedBatch.Raw, expectations, cancellationToken);
        if (await quarantine.RowsAsync(cancellationToken) > 0)
            await record.QuarantineAsync(caller, run, scratch, new(session, columns), quarantine, cancellationToken);
        return new(suite.Version.Ref.ToString(), dataset.Version.Ref.ToString(), dataset.Manifest.Rows, results);
    }
}
