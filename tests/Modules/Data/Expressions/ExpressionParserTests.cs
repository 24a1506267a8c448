using Orrery.Data.Expressions;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Expressions;

public sealed class ExpressionParserTests
{
    private static readonly string[] Columns = ["delay", "distance", "origin", "scheduled"];

    private readonly ExpressionParser _parser = new(new AnalyticsEngine(new AnalyticsOptions { Threads = 1 }));

    [Theory]
    [InlineData("delay >= 15", "delay")]
    [InlineData("scheduled + to_minutes(30 + distance // 8 + greatest(delay, 0))", "delay,distance,scheduled")]
    [InlineData("case when origin in ('ATL', 'ORD') then 1 else 0 end", "origin")]
    [InlineData("coalesce(nullif(upper(\"origin\"), ''), 'none') || '!'", "origin")]
    [InlineData("cast(delay as double) / distance between 0 and 1 and not (origin is null)", "delay,distance,origin")]
    [InlineData("extract(hour from scheduled)", "scheduled")]
    [InlineData("scheduled + interval 5 minutes -- a comment", "scheduled")]
    [InlineData("1", "")]
    public void A_scalar_expression_passes_with_the_columns_it_reads(string text, string columns) =>
        Assert.Equal(columns, string.Join(',', _parser.Parse(text, Columns).Columns.Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("(select 1)", "subquery")]
    [InlineData("exists (select * from read_text('/etc/passwd'))", "subquery")]
    [InlineData("delay in (select 1)", "subquery")]
    [InlineData("1) from read_csv('/etc/passwd'); select (2", "more than one")]
    [InlineData("1) from orrery_rows where (true", "no expression")]
    [InlineData("1) , (2", "more than one")]
    [InlineData("1) from orrery_rows union all select (2", "more than one")]
    [InlineData("1); drop table x; select (1", "no expression")]
    [InlineData("1) from orrery_rows limit (1", "no expression")]
    [InlineData("sum(delay)", "'sum' is not allowed")]
    [InlineData("sum(delay) over ()", "window")]
    [InlineData("now()", "'now' is not allowed")]
    [InlineData("random()", "'random' is not allowed")]
    [InlineData("getenv('HOME')", "'getenv' is not allowed")]
    [InlineData("current_setting('threads')", "'current_setting' is not allowed")]
    [InlineData("nextval('x')", "'nextval' is not allowed")]
    [InlineData("repeat('x', 1000000000)", "'repeat' is not allowed")]
    [InlineData("error('x')", "'error' is not allowed")]
    [InlineData("other.lower(origin)", "no schema")]
    [InlineData("delya > 1", "did you mean 'delay'")]
    [InlineData("current_timestamp", "no column")]
    [InlineData("orrery_rows.delay", "by itself")]
    [InlineData("\"$row\" = 1", "begin with '$'")]
    [InlineData("*", "'*'")]
    [InlineData("columns('.*')", "not allowed")]
    [InlineData("?", "parameter")]
    [InlineData("$1", "parameter")]
    [InlineData("list_transform([1], x -> x)", "not allowed")]
    [InlineData("[1, 2]", "not allowed")]
    [InlineData("cast(origin as json)", "not allowed")]
    [InlineData("origin collate nocase", "not allowed")]
    [InlineData("/* open", "no expression")]
    [InlineData("'open", "no expression")]
    [InlineData("delay >=", "no expression")]
    [InlineData("", "1 to 4096")]
    public void Everything_else_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidException>(() => _parser.Parse(text, Columns)).Message);

    [Fact]
    public void An_expression_nested_beyond_reason_is_refused_and_not_a_crash()
    {
        var text = string.Concat(Enumerable.Repeat("-(", 1500)) + "1" + new string(')', 1500);

        Assert.Throws<InvalidException>(() => _parser.Parse(text, Columns));
    }

    [Theory]
    [InlineData("SELECT * FROM read_text('/etc/hostname')")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("COPY (SELECT 1) TO '/tmp/orrery-escape.csv'")]
    [InlineData("ATTACH '/tmp/orrery-escape.db'")]
    [InlineData("SET enable_external_access=true")]
    [InlineData("SET memory_limit='1TB'")]
    [InlineData("SET allowed_directories=['/']")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    public async Task Even_a_whole_statement_cannot_leave_the_sandbox(string statement)
    {
        await using var platform = await DataTest.StartAsync();
        using var folder = new TempFolder();
        using var session = platform.Get<Sandbox>().Open(folder.Path, []);
        await session.ExecuteAsync($"COPY (SELECT 1 AS a) TO {Sql.Text(folder.File("inside.parquet"))}");

        await Assert.ThrowsAsync<DuckDB.NET.Data.DuckDBException>(() => session.ExecuteAsync(statement));
    }
}
