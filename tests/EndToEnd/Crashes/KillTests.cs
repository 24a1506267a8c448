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
    // So many writers at once. In a life of a second nearly all time goes to the JIT compiler (1 s of CPU for the start, half a second for each kind of write and its
    // check), and there are enough lives for each writer to meet the others.
    private const int Crew = 3;

    private readonly IWriter[] _writers =
    [
        new ResourceWriter(), new RunWriter("left"), new RunWriter("right"), new ModelWriter(), new IngestWriter("numbers", 1), new IngestWriter("numbers", 2),
        new PushWriter(), new LabelWriter(), new PipelineWriter(), new TrainWriter(), new PredictionWriter(),
        new CollectionWriter(),
    ];

    private readonly ConcurrentDictionary<IWriter, int> _writes = new();
    private readonly HashSet<IWriter> _unchecked = [];
    private int _loads;

    [Fact]
    public async Task After_kill_9_at_any_moment_all_that_was_acknowledged_is_there_and_nothing_is_half_written()
    {
        var kills = Setting("ORRERY_KILLS") ?? 50;
        var seed = Setting("ORRERY_KILL_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"ORRERY_KILL_SEED={seed}");
        var random = new Random(seed);
        using var folder = new TempFolder();
        await TestDatabase.MakeForServersAsync(folder.File(Server.DataFolder));

        await LiveAsync(folder, 0, async server =>
        {
            foreach (var writer in _writers)
                await writer.PrepareAsync(server);
        });

        for (var life = 1; life <= kills; life++)
        {
            if (life % 5 is 0 or 3)
                await KillWhileItStartsAsync(folder, life, random);
            else
                await KillUnderLoadAsync(folder, life, random);
        }

        Assert.All(_writers, writer => Assert.True(_writes.ContainsKey(writer), $"Nothing of {writer} was acknowledged, so nothing was tested."));
        await LiveAsync(folder, kills + 1, async server =>
        {
            foreach (var writer in _writers)
                await writer.CheckAllAsync(server);
            await CheckAuditAsync(server);
            await Patience.UntilNothingIsLeftAsync("runs", () => RunningAsync(server));
        });
        output.WriteLine(string.Join(", ", _writers.Select(writer => $"{writer.GetType().Name} {_writes[writer]}")));

        await using var platform = await TestPlatform.StartAtAsync(folder.File(Server.DataFolder), Leftovers.KnowSchema);
        foreach (var writer in _writers)
            await writer.CheckFolderAsync(platform);
        await Leftovers.CheckAsync(platform);
    }

    // A start takes about half a second; the next one recovers from whatever this one was doing.
    private static async Task KillWhileItStartsAsync(TempFolder folder, int life, Random random)
    {
        await using var server = Server.Launch(folder, life);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(800)), TimeProvider.System);
        await server.KillAsync();
    }

    private Task KillUnderLoadAsync(TempFolder folder, int life, Random random) => LiveAsync(folder, life, async server =>
    {
        await Task.WhenAll([CheckAuditAsync(server), .. _unchecked.Select(writer => writer.CheckAsync(server))]);

        // Writers lead by turns. In every second round a life ends soon after some writes of its leader, so that slow ones come to something too; in the others at a moment of the clock.
        var (round, turn) = Math.DivRem(_loads++, _writers.Length);
        var leader = _writers[^(1 + turn)];
        var others = _writers.Except([leader]).ToArray();
        random.Shuffle(others);
        var crew = others.Take(Crew - 1).Prepend(leader).ToList();
        _unchecked.Clear();
        _unchecked.UnionWith(crew);

        var wanted = random.Next(1, 7);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var killed = new CancellationTokenSource();
        var load = crew.Select(writer => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await writer.WriteAsync(server);
                    _writes.AddOrUpdate(writer, 1, (_, before) => before + 1);
                    if (writer == leader && --wanted == 0)
                        written.TrySetResult();
                }
            }
            catch (Exception) when (killed.IsCancellationRequested)
            {
                // As it should be: the server is gone.
            }
        })).ToList();
        if (round % 2 == 0)
            await Task.WhenAny([written.Task, .. load]);
        await Task.WhenAny([Task.Delay(TimeSpan.FromMilliseconds(round % 2 == 0 ? random.Next(100) : random.Next(50, 400)), TimeProvider.System), .. load]);
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

    /// <summary>Ingestions, trainings and steps that a kill ended are said to have failed; only the client's own runs go on.</summary>
    private static async Task<IReadOnlyCollection<string>> RunningAsync(Server server)
    {
        var running = await server.Client.Runs.ListAsync(status: "running", limit: 500);
        return [.. running.Items.Where(run => run.Folder != RunWriter.Folder).Select(run => $"{run.Kind} {run.Name} {run.Id}")];
    }

    private static async Task CheckAuditAsync(Server server)
    {
        var verification = await server.Client.SendAsync<JsonElement>(HttpMethod.Get, "/api/v1/audit/verification");
        Assert.False(verification.TryGetProperty("firstBroken", out var broken), $"The audit chain is broken at {broken}.");
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : null;
}
