using Orrery.Data.Expectations;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Expectations;

public sealed class SuiteTests
{
    private const string Rows = "SELECT * FROM (VALUES (1, 'ABC', 5.0::DOUBLE, TIMESTAMP '2001-01-01'), (2, 'abc', 15.0, '2001-01-02'), (2, NULL, NULL, '2001-01-03'), (4, 'XYZ', -1.0, '2001-01-04')) t(id, code, x, ts)";

    [Theory]
    [InlineData("{column: code, notNull: true}", 3L)]
    [InlineData("{column: x, between: [0, 10]}", 2L, 4L)]
    [InlineData("{column: x, between: [null, 10]}", 2L)]
    [InlineData("{column: ts, between: [\"2001-01-02T00:00:00Z\", \"2001-01-03\"]}", 1L, 4L)]
    [InlineData("{column: code, in: [ABC, XYZ]}", 2L)]
    [InlineData("{column: id, in: [1, 2]}", 4L)]
    [InlineData("{column: code, matches: \"^[A-Z]{3}$\"}", 2L)]
    [InlineData("{unique: [id]}", 3L)]
    [InlineData("{expression: id < x}", 4L)]
    [InlineData("{expression: cast(code as int) > 0}", 1L, 2L, 4L)]
    public async Task An_expectation_about_rows_names_those_that_break_it(string expectation, params long[] rows)
    {
        await using var platform = await DataTest.StartAsync();
        var result = await ValidateAsync(platform, expectation);

        Assert.Equal((false, Severity.Quarantine, (long?)rows.Length), (result.Passed, result.Severity, result.FailingRows));
        Assert.Equal(rows, result.Sample.Select(s => s.Row));
        Assert.All(result.Sample, s => Assert.Equal(QuarantineReason.Expectation, s.Reason));
    }

    [Theory]
    [InlineData("{column: x, type: float64}", true, 1.0)]
    [InlineData("{column: x, type: int64}", false, 0.0)]
    [InlineData("{rowCount: [4, 4]}", true, 4.0)]
    [InlineData("{rowCount: [5, null]}", false, 4.0)]
    [InlineData("{column: id, mean: [2, 2.5]}", true, 2.25)]
    [InlineData("{column: id, mean: [null, 2]}", false, 2.25)]
    [InlineData("{column: id, quantile: {at: 0.5, between: [2, 2]}}", true, 2.0)]
    [InlineData("{column: x, missingShare: 0.25}", true, 0.25)]
    [InlineData("{column: x, missingShare: 0.2}", false, 0.25)]
    [InlineData("{column: ts, freshness: 1d}", false, null)]
    public async Task An_expectation_about_the_batch_gives_what_was_measured(string expectation, bool passed, double? measured)
    {
        await using var platform = await DataTest.StartAsync();
        var result = await ValidateAsync(platform, expectation);

        Assert.Equal((passed, Severity.Fail, (long?)null), (result.Passed, result.Severity, result.FailingRows));
        if (measured is not null)
            Assert.Equal(measured, result.Measured);
        else
            Assert.InRange(result.Measured!.Value, TimeSpan.FromDays(365 * 20).TotalSeconds, double.MaxValue);
    }

    [Theory]
    [InlineData("{column: x}", "says nothing")]
    [InlineData("{column: x, notNull: true, in: [1]}", "notNull and in")]
    [InlineData("{notNull: true}", "say which with 'column'")]
    [InlineData("{column: x, rowCount: [1, 2]}", "leave out 'column'")]
    [InlineData("{column: x, between: [1]}", "two bounds")]
    [InlineData("{column: x, mean: [2, 1]}", "empty")]
    [InlineData("{column: x, mean: [null, null]}", "both are open")]
    [InlineData("{column: x, matches: \"(\"}", "no regular expression")]
    [InlineData("{column: x, missingShare: 1.5}", "between 0 and 1")]
    [InlineData("{rowCount: [1, 2], severity: quarantine}", "'fail' or 'warn'")]
    [InlineData("{expression: (select 1)}", "subquery")]
    [InlineData("{column: x, betwen: [1, 2]}", "between")]
    public async Task A_suite_that_is_wrong_is_refused_when_it_is_applied(string expectation, string reason)
    {
        await using var platform = await DataTest.StartAsync();

        var error = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, expectation));

        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public async Task A_validation_is_a_run_with_the_report_and_all_failing_rows()
    {
        await using var platform = await DataTest.StartAsync();
        await ApplyAsync(platform, "{column: x, between: [0, 10]}", "{column: code, notNull: true, severity: warn}");
        var dataset = await platform.WriteAsync(Rows);

        var validation = await platform.Get<IExpectations>().ValidateAsync(DataTest.Ada, dataset.Version.Id, "suite");

        Assert.False(validation.Report.Passed);
        Assert.Equal(("expectation-suite/suite:1", "dataset/d:1", 4), (validation.Report.Suite, validation.Report.Subject, validation.Report.Rows));
        var run = await platform.Get<IRuns>().GetAsync(DataTest.Ada, validation.Run);
        Assert.Equal((RunStatus.Finished, 2.0), (run.Status, run.Metrics["expectations.broken"]));
        Assert.Equal(["quarantine.parquet", "validation.json"], (await platform.Get<IRuns>().ArtifactsAsync(DataTest.Ada, validation.Run)).Select(a => a.Path));
        var failing = (await platform.Ingestion().QuarantineAsync(DataTest.Ada, validation.Run, new())).Items;
        Assert.Equal([(2L, "15.0"), (4L, "-1.0")], failing.Select(f => (f.Row, f.Value!)));
        Assert.Contains("\"code\":\"abc\"", failing[0].Record);
    }

    [Fact]
    public async Task On_ingest_the_rows_that_break_a_suite_are_quarantined_and_the_figures_are_of_the_others()
    {
        await using var platform = await DataTest.StartAsync();
        await ApplyAsync(platform, "{column: x, between: [0, 10], because: a dial ends there}", "{column: x, mean: [0, 10]}", "{column: y, notNull: true, severity: warn}");
        await platform.DeclareAsync("  suite: suite\n  maxBadShare: 0.5\n  columns: {x: {type: int64}, y: {type: text}}\n");

        var result = await platform.IngestAsync("x,y\n1,a\n1000,b\n3,\n");

        Assert.Equal((IngestOutcome.Ingested, 2, 1), (result.Outcome, result.RowsAdded, result.RowsQuarantined));
        Assert.Equal("Expected that x lies in [0, 10]. Because a dial ends there.", result.Sample.Single().Detail);
        Assert.Equal(3, result.Sample.Single().Line);
        Assert.Equal([(false, null), (true, 2.0), (false, null)], result.Validation!.Results.Select(r => (r.Passed, r.Measured)));
        Assert.True((await platform.RowsAsync(result.Version!.Id)).SequenceEqual(["1|a", "3|-"]));
    }

    [Fact]
    public async Task On_ingest_a_figure_out_of_range_refuses_the_batch()
    {
        await using var platform = await DataTest.StartAsync();
        await ApplyAsync(platform, "{column: x, mean: [0, 10]}", "{column: x, between: [0, 100], severity: fail}");
        await platform.DeclareAsync("  suite: suite\n  columns: {x: {type: int64}}\n");

        var mean = await platform.IngestAsync("x\n50\n60\n");
        var row = await platform.IngestAsync("x\n" + string.Concat(Enumerable.Repeat("1\n", 99)) + "101\n");

        Assert.Equal((IngestOutcome.Refused, null), (mean.Outcome, mean.Version));
        Assert.Contains("the mean of x lies in [0, 10]", mean.Refusal);
        Assert.Equal(55, mean.Validation!.Results[0].Measured);
        Assert.Contains("x lies in [0, 100]", row.Refusal);
    }

    [Fact]
    public async Task An_inferred_suite_is_met_by_its_own_data_and_broken_by_other_data()
    {
        await using var platform = await DataTest.StartAsync();
        var dataset = await platform.WriteAsync(
            "SELECT i AS id, chr(CAST(65 + i % 3 AS INTEGER)) AS kind, 'K' || (100 + i) AS code, i / 7 - 5 AS x, CASE WHEN i % 10 > 0 THEN true END AS b, TIMESTAMP '2001-01-01' + to_days(CAST(i AS INTEGER)) AS t FROM range(200) r(i)");

        var spec = await platform.Get<IExpectations>().InferAsync(DataTest.Ada, dataset.Version.Id);
        var yaml = ResourceYaml.Write(new ResourceDocument(AssetKind.ExpectationSuite, "suite", System.Text.Json.JsonSerializer.SerializeToElement(spec, LedgerJson.Options)));
        await platform.ApplyAsync(yaml);
        var own = await platform.Get<IExpectations>().ValidateAsync(DataTest.Ada, dataset.Version.Id, "suite");
        using var session = platform.Analytics.Open();
        var other = await platform.Datasets().WriteAsync(
            DataTest.Ada, new("other"), session, "SELECT 5000 AS id, 'Z' AS kind, 'k1' AS code, 1e6::DOUBLE AS x, NULL::BOOLEAN AS b, NULL::TIMESTAMP AS t");
        var others = await platform.Get<IExpectations>().ValidateAsync(DataTest.Ada, other.Version.Id, "suite");

        Assert.All(own.Report.Results, r => Assert.True(r.Passed, r.Expectation));
        Assert.Equal(
            ["id lies in [0, 219]", "kind is one of A, B, C", "code matches ^[A-Z0-9]{4}$", "x lies in [-7.8429, 26.271]", "t has a value"],
            others.Report.Results.Where(r => r is { Passed: false, Severity: Severity.Quarantine }).Select(r => r.Expectation));
    }

    private static async Task<ExpectationResult> ValidateAsync(TestPlatform platform, string expectation)
    {
        await ApplyAsync(platform, expectation);
        var dataset = await platform.WriteAsync(Rows);
        return (await platform.Get<IExpectations>().ValidateAsync(DataTest.Ada, dataset.Version.Id, "suite")).Report.Results.Single();
    }

    private static Task ApplyAsync(TestPlatform platform, params string[] expectations) => platform.ApplyAsync(
        $"kind: ExpectationSuite\nname: suite\nspec:\n  dataset: d\n  expectations:\n{string.Concat(expectations.Select(e => $"    - {e}\n"))}");
}
