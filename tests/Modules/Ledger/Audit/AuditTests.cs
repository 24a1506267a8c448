using LinqToDB;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Audit;

public sealed class AuditTests
{
    private const int Records = 2100; // more than two batches of the walk

    [Fact]
    public async Task A_chain_that_nobody_touched_holds()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform);
        var verification = await platform.Get<IAudit>().VerifyAsync();
        Assert.Equal((Records, null), (verification.Records, verification.FirstBroken));
        Assert.Equal(verification.Head, (await platform.Get<IAudit>().ListAsync(Ada, null, new(1))).Items.Single().Hash);
    }

    public static TheoryData<string> Fields => ["Actor", "Action", "Subject", "Detail", "Workspace", "Time", "Hash"];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_record_that_was_changed_behind_its_back_is_named(string field)
    {
        await using var platform = await StartAsync();
        await FillAsync(platform, 20);
        await platform.Database.WriteAsync(connection =>
        {
            var row = connection.GetTable<AuditRow>().Single(record => record.Number == 13);
            connection.Update(field switch
            {
                "Actor" => row with { Actor = "user:mallory" },
                "Action" => row with { Action = "x" },
                "Subject" => row with { Subject = "x" },
                "Detail" => row with { Detail = "x" },
                "Workspace" => row with { Workspace = "x" },
                "Time" => row with { Time = row.Time + 1 },
                _ => row with { Hash = Digest.Of("x").ToString() },
            });
        });
        Assert.Equal(13, (await platform.Get<IAudit>().VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_change_whose_own_hash_was_made_to_fit_is_found_at_the_next_record()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform, 20);
        await platform.Database.WriteAsync(connection =>
        {
            var before = connection.GetTable<AuditRow>().Single(record => record.Number == 12);
            var forged = connection.GetTable<AuditRow>().Single(record => record.Number == 13) with { Actor = "user:mallory" };
            connection.Update(forged with { Hash = AuditChain.Hash(Digest.Parse(before.Hash), forged).ToString() });
        });
        Assert.Equal(14, (await platform.Get<IAudit>().VerifyAsync()).FirstBroken);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1500)]
    [InlineData(Records)]
    public async Task A_record_that_was_taken_out_is_named(int number)
    {
        await using var platform = await StartAsync();
        await FillAsync(platform);
        await platform.Database.WriteAsync(connection => { connection.GetTable<AuditRow>().Delete(record => record.Number == number); });
        Assert.Equal(number, (await platform.Get<IAudit>().VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_record_that_was_put_after_the_end_is_named()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform, 5);
        await platform.Database.WriteAsync(connection =>
        {
            var last = connection.GetTable<AuditRow>().Single(record => record.Number == 5);
            var forged = last with { Number = 6 };
            connection.Insert(forged with { Hash = AuditChain.Hash(Digest.Parse(last.Hash), forged).ToString() });
        });
        Assert.Equal(6, (await platform.Get<IAudit>().VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task Concurrent_changes_make_one_chain()
    {
        await using var platform = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, $"m{i}", new { i }))));
        var verification = await platform.Get<IAudit>().VerifyAsync();
        Assert.Equal((100L, null), (verification.Records, verification.FirstBroken));
    }

    [Fact]
    public async Task Records_are_listed_newest_first_by_subject_and_workspace()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform, 30);
        var audit = platform.Get<IAudit>();
        var first = await audit.ListAsync(Ada, null, new(20));
        var rest = await audit.ListAsync(Ada, null, new(20, first.Next));
        Assert.Equal(Enumerable.Range(1, 30).Reverse().Select(i => (long)i), first.Items.Concat(rest.Items).Select(record => record.Number));
        Assert.Null(rest.Next);
        Assert.Equal(7, Assert.Single((await audit.ListAsync(Ada, "subject 7", new())).Items).Number);
        Assert.Empty((await audit.ListAsync(Ada with { Workspace = "other" }, null, new())).Items);
    }

    private static Task FillAsync(TestPlatform platform, int count = Records) => platform.Database.WriteAsync(transaction =>
    {
        for (var i = 1; i <= count; i++)
            platform.Get<IAudit>().Append(transaction, Ada, "tested", $"subject {i}", "detail");
    });
}
