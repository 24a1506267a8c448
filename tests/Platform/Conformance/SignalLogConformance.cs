using CsCheck;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Platform.Signals;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="ISignalLog"/> does.</summary>
public abstract class SignalLogConformance : Conformance<ISignalLog>
{
    [Fact]
    public async Task Acknowledged_records_are_there_after_reopening()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            var stream = opened.Port.Open("predictions/flights", SignalRow.Schema);
            Assert.Equal(0, await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(0), SignalRow.Of(1))));
            Assert.Equal(2, await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(2))));
        }

        await using var again = await storage.OpenAsync();
        var found = again.Port.Find("predictions/flights")!;
        Assert.Equal(3, found.End);
        Assert.Equal(SignalRow.Schema.Columns, found.Schema.Columns);
        Assert.Equal([SignalRow.Of(0), SignalRow.Of(1), SignalRow.Of(2)], await ReadAsync(found, 0));
    }

    [Fact]
    public async Task Random_histories_agree_with_a_list()
    {
        await using var storage = NewStorage();
        var next = 0;
        var step = Gen.OneOf<Step>(
            SignalRow.Any.List[1, 30].Select(rows => new Step("append", rows)),
            SignalRow.Any.List[1, 30].Select(rows => new Step("append", rows)),
            Gen.Const(new Step("files", [])),
            Gen.Const(new Step("reopen", [])));
        await Gen.Select(step.List[1, 8], Gen.Int[0, 150]).SampleAsync(async (steps, from) =>
        {
            var name = $"model/{next++}";
            var model = new List<SignalRow>();
            var opened = await storage.OpenAsync();
            try
            {
                var stream = opened.Port.Open(name, SignalRow.Schema);
                foreach (var (what, rows) in steps)
                {
                    if (what == "append")
                    {
                        Assert.Equal(model.Count, await stream.AppendAsync(SignalRow.Batch(rows)));
                        model.AddRange(rows);
                    }
                    else if (what == "files")
                        Assert.Equal(model.Count, CountRows(await stream.FilesAsync()));
                    else
                    {
                        await opened.DisposeAsync();
                        opened = await storage.OpenAsync();
                        stream = opened.Port.Find(name)!;
                    }
                }

                Assert.Equal(model.Count, stream.End);
                Assert.Equal(model.Skip(from), await ReadAsync(stream, from));
                Assert.Equal(model, await ReadAsync(stream, 0));
            }
            finally
            {
                await opened.DisposeAsync();
            }
        }, iter: 25, threads: 1);
    }

    [Fact]
    public async Task Appends_from_many_at_once_are_each_whole_and_in_one_order()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var stream = opened.Port.Open("s", SignalRow.Schema);
        var firsts = await Task.WhenAll(Enumerable.Range(0, 300).Select(i =>
            Task.Run(() => stream.AppendAsync(SignalRow.Batch(Enumerable.Repeat(SignalRow.Of(i), 1 + i % 4))))));
        var rows = await ReadAsync(stream, 0);
        Assert.Equal(Enumerable.Range(0, 300).Sum(i => 1 + i % 4), rows.Count);
        for (var i = 0; i < firsts.Length; i++)
            Assert.Equal(Enumerable.Repeat(SignalRow.Of(i), 1 + i % 4), rows.Skip((int)firsts[i]).Take(1 + i % 4));
    }

    [Fact]
    public async Task A_stream_longer_than_its_tail_is_read_whole()
    {
        await using var storage = NewStorage();
        const int Batches = 30;
        const int Rows = 5_000;
        await using (var opened = await storage.OpenAsync())
        {
            var stream = opened.Port.Open("long", SignalRow.Schema);
            for (var b = 0; b < Batches; b++)
                await stream.AppendAsync(SignalRow.Batch(Enumerable.Range(b * Rows, Rows).Select(SignalRow.Of)));
            Assert.Equal(Enumerable.Range(0, Batches * Rows).Select(SignalRow.Of), await ReadAsync(stream, 0));
        }

        await using var again = await storage.OpenAsync();
        var found = again.Port.Find("long")!;
        Assert.Equal(Batches * Rows, found.End);
        Assert.Equal(Enumerable.Range(99_990, Batches * Rows - 99_990).Select(SignalRow.Of), await ReadAsync(found, 99_990));
        Assert.Equal(Batches * Rows, CountRows(await found.FilesAsync()));
    }

    [Fact]
    public async Task The_files_hold_every_record_with_its_offset_and_typed_columns()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var stream = opened.Port.Open("s", SignalRow.Schema);
        await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(0)));
        await stream.FilesAsync();
        await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(1), SignalRow.Of(2)));
        var files = await stream.FilesAsync();
        Assert.Equal(["0 1970-01-01 00:00:00+00 id-0 0 true", "1 1970-01-01 00:00:01+00 id-1 1 false", "2 1970-01-01 00:00:02+00 id-2 2 true"],
            Query($"SELECT concat_ws(' ', \"offset\", time, id, integer, flag) FROM {Sql.Parquet(files)} ORDER BY \"offset\""));
        Assert.Equal(["BIGINT", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "TIMESTAMP WITH TIME ZONE"],
            Query($"SELECT column_type FROM (DESCRIBE SELECT * FROM {Sql.Parquet(files)})"));
        Assert.Equal(files, await stream.FilesAsync()); // Nothing new: no new file.
    }

    [Fact]
    public async Task A_stream_gains_columns_which_are_null_in_older_records()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            var old = new SignalSchema(new SignalColumn("a", SignalType.Int64));
            var stream = opened.Port.Open("s", old);
            await stream.AppendAsync(new SignalBatch(old).Add(DateTimeOffset.UnixEpoch, "1").Set(2, 10L));
            var wider = opened.Port.Open("s", new(new SignalColumn("b", SignalType.Text), new SignalColumn("a", SignalType.Int64)));
            Assert.Equal(["time", "id", "a", "b"], wider.Schema.Columns.Select(c => c.Name));
            await stream.AppendAsync(new SignalBatch(old).Add(DateTimeOffset.UnixEpoch, "2").Set(2, 20L));
            await stream.AppendAsync(new SignalBatch(wider.Schema).Add(DateTimeOffset.UnixEpoch, "3").Set(3, "text"));
        }

        await using var again = await storage.OpenAsync();
        var found = again.Port.Find("s")!;
        Assert.Equal(["1 10 ", "2 20 ", "3  text"], await Texts(found));
        Assert.Equal(["1 10 ", "2 20 ", "3  text"],
            Query($"SELECT id || ' ' || coalesce(a::text, '') || ' ' || coalesce(b, '') FROM {Sql.Parquet(await found.FilesAsync())} ORDER BY \"offset\""));
        Assert.Equal(["1 10 ", "2 20 ", "3  text"], await Texts(found));

        static async Task<List<string>> Texts(ISignalStream stream)
        {
            var texts = new List<string>();
            await foreach (var batch in stream.ReadAsync(0))
            {
                for (var i = 0; i < batch.Count; i++)
                    texts.Add($"{batch.IdAt(i)} {(batch["a"].IsNull(i) ? null : batch["a"].Int64(i))} {(batch["b"].IsNull(i) ? null : batch["b"].Text(i))}");
            }

            return texts;
        }
    }

    [Fact]
    public async Task A_column_never_changes_its_type_and_an_unknown_one_is_refused()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var stream = opened.Port.Open("s", new(new SignalColumn("a", SignalType.Int64)));
        Assert.Contains("'a'", Assert.Throws<ConflictException>(() => opened.Port.Open("s", new(new SignalColumn("a", SignalType.Text)))).Message, StringComparison.Ordinal);
        var foreign = new SignalBatch(new(new SignalColumn("z", SignalType.Int64))).Add(DateTimeOffset.UnixEpoch, "1");
        await Assert.ThrowsAsync<InvalidException>(() => stream.AppendAsync(foreign));
        Assert.Throws<InvalidException>(() => opened.Port.Open("t", new(new SignalColumn("Offset", SignalType.Int64))));
        Assert.Equal(0, stream.End);
        Assert.Null(opened.Port.Find("t"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/absolute")]
    [InlineData("a//b")]
    [InlineData("../up")]
    [InlineData("a/..")]
    [InlineData("@log")]
    [InlineData("space here")]
    public async Task A_name_that_is_no_name_is_refused(string name)
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        Assert.Contains($"'{name}'", Assert.Throws<InvalidException>(() => opened.Port.Open(name, SignalRow.Schema)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidException>(() => opened.Port.Find(name));
    }

    [Fact]
    public async Task Streams_are_listed_below_a_prefix_and_one_may_lie_below_another()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        foreach (var name in new[] { "b", "a/x", "a", "ab", "a/x/y" })
            opened.Port.Open(name, SignalRow.Schema);
        Assert.Equal(["a", "a/x", "a/x/y", "ab", "b"], opened.Port.List(""));
        Assert.Equal(["a", "a/x", "a/x/y"], opened.Port.List("a"));
        Assert.Equal(["a/x", "a/x/y"], opened.Port.List("a/"));
        Assert.Empty(opened.Port.List("none"));
        Assert.Null(opened.Port.Find("none"));
    }

    [Fact]
    public async Task A_follower_sees_what_was_and_what_comes()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var stream = opened.Port.Open("s", SignalRow.Schema);
        await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(0), SignalRow.Of(1)));
        using var stop = new CancellationTokenSource();
        var seen = new List<SignalRow>();
        var caughtUp = new TaskCompletionSource();
        var follower = Task.Run(async () =>
        {
            await foreach (var batch in stream.FollowAsync(1, stop.Token))
            {
                Assert.Equal(1 + seen.Count, batch.FirstOffset);
                seen.AddRange(SignalRow.Rows(batch));
                caughtUp.TrySetResult();
                if (seen.Count == 101)
                    return;
            }
        });
        await caughtUp.Task;
        for (var i = 2; i < 102; i++)
        {
            await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(i)));
            if (i % 20 == 0)
                await stream.FilesAsync();
        }

        await follower;
        Assert.Equal(Enumerable.Range(1, 101).Select(SignalRow.Of), seen);

        var idle = Task.Run(async () =>
        {
            await foreach (var _ in stream.FollowAsync(stream.End, stop.Token))
                Assert.Fail("There is nothing to see.");
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => idle);
    }

    [Fact]
    public async Task A_follower_of_a_log_that_is_closed_ends()
    {
        await using var storage = NewStorage();
        var opened = await storage.OpenAsync();
        var stream = opened.Port.Open("s", SignalRow.Schema);
        var waiting = stream.FollowAsync(0).GetAsyncEnumerator();
        var next = waiting.MoveNextAsync().AsTask();
        await opened.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next);
        await waiting.DisposeAsync();
    }

    [Fact]
    public async Task A_cursor_begins_at_zero_and_is_kept_per_consumer_and_stream()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            Assert.Equal(0, await opened.Port.GetCursorAsync("monitor", "s"));
            await opened.Port.SetCursorAsync("monitor", "s", 5);
            await opened.Port.SetCursorAsync("monitor", "s", 7);
            await opened.Port.SetCursorAsync("monitor", "t", 1);
        }

        await using var again = await storage.OpenAsync();
        Assert.Equal(7, await again.Port.GetCursorAsync("monitor", "s"));
        Assert.Equal(1, await again.Port.GetCursorAsync("monitor", "t"));
        Assert.Equal(0, await again.Port.GetCursorAsync("other", "s"));
    }

    private static async Task<List<SignalRow>> ReadAsync(ISignalStream stream, long from)
    {
        var rows = new List<SignalRow>();
        await foreach (var batch in stream.ReadAsync(from))
        {
            Assert.Equal(from + rows.Count, batch.FirstOffset);
            rows.AddRange(SignalRow.Rows(batch));
        }

        return rows;
    }

    private static long CountRows(IReadOnlyList<string> files) =>
        files.Count == 0 ? 0 : long.Parse(Query($"SELECT CASE WHEN count(*) = count(DISTINCT \"offset\") THEN count(*) ELSE -1 END FROM {Sql.Parquet(files)}")[0]);

    private static List<string> Query(string sql)
    {
        using DuckDBConnection session = new AnalyticsEngine(new() { Threads = 1 }).Open();
        using var command = session.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(Convert.ToString(reader.GetValue(0))!);
        return rows;
    }

    private sealed record Step(string What, List<SignalRow> Rows);
}
