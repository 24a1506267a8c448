using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Traces;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Traces;

public sealed class TraceRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Only_what_is_older_than_its_folder_keeps_goes()
    {
        await using var platform = await StartAsync(time: new FakeTimeProvider(Now));
        var (folders, traces) = (platform.Get<IFolders>(), platform.Get<ITraces>());
        var month = (await folders.CreateAsync(Ada, new("month"))).Number;
        var year = (await folders.CreateAsync(Ada, new("forever"))).Number;
        await folders.SetTagsAsync(Ada, month, new Dictionary<string, string?> { [TraceKeys.Retention] = "30d" });
        await folders.SetTagsAsync(Ada, year, new Dictionary<string, string?> { [TraceKeys.Retention] = "forever" });
        await RecordAsync(traces, "old", month, 31);
        await RecordAsync(traces, "young", month, 30);
        await RecordAsync(traces, "kept", year, 300);
        await RecordAsync(traces, "silent", 0, 300);

        Assert.Equal(1, await platform.Get<TraceRetention>().ApplyAsync(CancellationToken.None));
        Assert.Equal(["young", "kept", "silent"], (await traces.FindAsync(Ada, ["old", "young", "kept", "silent"])).Select(trace => trace.Id));
        Assert.Equal(0, await platform.Get<TraceRetention>().ApplyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_settings_count_where_a_folder_says_nothing()
    {
        await using var platform = await StartAsync(
            services => services.Configure<LedgerOptions>(ledger => ledger.TraceRetention = TimeSpan.FromDays(7)), new FakeTimeProvider(Now));
        var (folders, traces) = (platform.Get<IFolders>(), platform.Get<ITraces>());
        var kept = (await folders.CreateAsync(Ada, new("kept"))).Number;
        await folders.SetTagsAsync(Ada, kept, new Dictionary<string, string?> { [TraceKeys.Retention] = "forever" });
        await RecordAsync(traces, "old", 0, 8);
        await RecordAsync(traces, "young", 0, 6);
        await RecordAsync(traces, "kept", kept, 8);

        Assert.Equal(1, await platform.Get<TraceRetention>().ApplyAsync(CancellationToken.None));
        Assert.Equal(["young", "kept"], (await traces.FindAsync(Ada, ["old", "young", "kept"])).Select(trace => trace.Id));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1d")]
    [InlineData("0s")]
    [InlineData("")]
    public async Task A_folder_cannot_be_given_an_age_that_is_none(string age)
    {
        await using var platform = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(
            () => platform.Get<IFolders>().SetTagsAsync(Ada, 0, new Dictionary<string, string?> { [TraceKeys.Retention] = age }));
        Assert.Contains("such as 30d", refusal.Message);
    }

    private static Task<Trace> RecordAsync(ITraces traces, string id, long folder, int days) =>
        traces.RecordAsync(Ada, new(id, folder, TraceState.Ok, Now - TimeSpan.FromDays(days)));
}
