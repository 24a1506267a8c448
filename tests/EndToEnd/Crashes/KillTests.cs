using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// The whole server, killed with SIGKILL again and again on one data folder, under load and while it starts: what one crash left is what the next
/// life begins with.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 50;
    private const string SeedVariable = "ORRERY_KILL_SEED";
    private readonly ConcurrentDictionary<IWriter, int> _writes = new();
    private int _loads;

    [Fact]
    public async Task After_kill_9_at_any_moment_all_that_was_acknowledged_is_there_and_nothing_is_half_written()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given) ? given : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"{SeedVariable}={seed}");
        var random = new Random(seed);
        using var folder = new TempFolder();
        var labels = new LabelWriter();
        IWriter[] writers =
            [new ResourceWriter(), new RunWriter("left"), new RunWriter("right"), new ModelWriter(), new IngestWriter("numbers", 1), new IngestWriter("numbers", 2), new PushWriter(), labels, new PipelineWriter()];

        await LiveAsync(folder, 0, async server =>
        {
            foreach (var writer in writers)
                await writer.PrepareAsync(server);
        });

        for (var life = 1; life <= Kills; life++)
        {
            if (random.Next(3) == 0)
                await KillWhileItStartsAsync(folder, life, random);
            else
                await KillUnderLoadAsync(folder, life, writers, random);
        }

        Assert.All(writers, writer => Assert.True(_writes.TryGetValue(writer, out _), $"Nothing of {writer} was acknowledged, so nothing was tested."));
        await LiveAsync(folder, Kills + 1, async server =>
        {
            foreach (var writer in writers)
                await writer.CheckAllAsync(server);
            await CheckAuditAsync(server);
            await UntilNoRunIsLeftAsync(server);
        });

        await using var platform = await TestPlatform.StartAtAsync(folder.File("orrery-data"), Leftovers.KnowSchema);
        await labels.CheckAsync(platform);
        await Leftovers.CheckAsync(platform);
    }

    // A start takes about a second; the next one recovers from whatever this one was doing.
    private static async Task KillWhileItStartsAsync(TempFolder folder, int life, Random random)
    {
        await using var server = Server.Launch(folder, life);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1_000)), TimeProvider.System);
        await server.KillAsync();
    }

    private Task KillUnderLoadAsync(TempFolder folder, int life, IWriter[] writers, Random random) => LiveAsync(folder, life, async server =>
    {
        await Task.WhenAll([CheckAuditAsync(server), .. writers.Select(writer => writer.CheckAsync(server))]);

        // Two lives of three end at a moment of the clock, the third soon after a write of one of the writers, each in its turn: slow ones come to something too.
        var (turn, rest) = Math.DivRem(_loads++, 3);
        var awaited = rest == 0 ? writers[^(1 + (turn % writers.Length))] : null;
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var killed = new CancellationTokenSource();
        var load = writers.Select(writer => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await writer.WriteAsync(server);
                    _writes.AddOrUpdate(writer, 1, (_, before) => before + 1);
                    if (writer == awaited)
                        written.TrySetResult();
                }
            }
            catch (Exception) when (killed.IsCancellationRequested)
            {
                // As it should be: the server is gone.
            }
        })).ToList();
        if (awaited is not null)
            await Task.WhenAny([written.Task, .. load]);
        await Task.WhenAny([Task.Delay(TimeSpan.FromMilliseconds(awaited is null ? random.Next(50, 500) : random.Next(100)), TimeProvider.System), .. load]);
        await killed.CancelAsync();
        await server.KillAsync();
        await Task.WhenAll(load);
    });

    /// <summary>One life of the server, ended by a kill. Where it goes wrong, what the server said is shown.</summary>
    private async Task LiveAsync(TempFolder folder, int life, Func<Server, Task> work)
    {
        await using var server = await Server.StartAsync(folder, life);
        try
        {
            await work(server);
            await server.KillAsync();
        }
        catch
        {
            output.WriteLine($"In life {life} the server said:\n{server.Log}");
            throw;
        }
    }

    /// <summary>Ingestions and steps that a kill ended are said to have failed; only the client's own runs go on.</summary>
    private static async Task UntilNoRunIsLeftAsync(Server server)
    {
        while ((await server.Client.Runs.ListAsync(status: "running", limit: 500)).Items.Any(run => run.Folder != RunWriter.Folder))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
    }

    private static async Task CheckAuditAsync(Server server)
    {
        var verification = await server.Client.SendAsync<JsonElement>(HttpMethod.Get, "/api/v1/audit/verification");
        Assert.False(verification.TryGetProperty("firstBroken", out var broken), $"The audit chain is broken at {broken}.");
    }
}
