using System.Reflection;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Embedded.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

/// <summary>What connections share must be whole before the second of them uses it.</summary>
public sealed class FirstReadsTests
{
    [Fact]
    public async Task The_first_reads_of_a_process_may_all_come_at_once()
    {
        await using var platform = await TestPlatform.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Factory.StartNew(
            () => platform.Database.ReadAsync((connection, token) => connection.GetTable<SchemaRow>().CountAsync(token)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    /// <summary>
    /// Looks inside, since the test above met the race in only 1 of 25 processes: a thread must come between two assignments in linq2db.
    /// </summary>
    [Fact]
    public void Nobody_sees_the_connection_options_before_the_first_connection_has_completed_them()
    {
        var options = SqliteOptions.For("Data Source=nowhere.db");
        var saved = typeof(ConnectionOptions).GetField("SavedMappingSchema", BindingFlags.Instance | BindingFlags.NonPublic)
            ?? throw new InvalidOperationException("linq2db keeps the mapping schema elsewhere now: see whether it still races.");
        Assert.NotNull(saved.GetValue(options.ConnectionOptions));
        Assert.False(File.Exists("nowhere.db"));
    }

    [Table("sqlite_master")]
    private sealed record SchemaRow([property: Column("name")] string Name);
}
