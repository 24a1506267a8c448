using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// Trainings, by turns of their own and as a step of a pipeline. A kill ends the first, which then says so; the second goes on in the next life.
/// </summary>
internal sealed class TrainWriter : IWriter
{
    private const string KilledReason = "The server ended while it ran.";
    private const int MaxOpen = 2;
    private readonly List<Training> _acknowledged = [];
    private readonly HashSet<Training> _ended = [];

    public Task PrepareAsync(Server server) => TinyModel.DeclareAsync(server);

    public async Task WriteAsync(Server server)
    {
        if (_acknowledged.Count - _ended.Count >= MaxOpen)
            await LookAsync(server);
        else if (_acknowledged.Count % 2 == 0)
            _acknowledged.Add(new(await TinyModel.StartTrainingAsync(server), IsStep: false, server.Life));
        else
            _acknowledged.Add(new((await server.Client.Pipelines.StartAsync(TinyModel.Name)).Run.Id, IsStep: true, server.Life));
    }

    public Task CheckAsync(Server server) => LookAsync(server);

    /// <summary>All end, and every one that came to its end made the same model.</summary>
    public async Task CheckAllAsync(Server server)
    {
        await Patience.UntilNothingIsLeftAsync("trainings", async () =>
        {
            await LookAsync(server);
            return [.. _acknowledged.Except(_ended).Select(training => training.ToString())];
        });
        // The first had no champion to be held against; all others had the same one.
        Assert.InRange((await server.Client.Assets.GetAsync(new(AssetKind.Model, TinyModel.Name))).Number, 1, 2);
    }

    private async Task LookAsync(Server server)
    {
        foreach (var training in _acknowledged.Except(_ended).ToList())
        {
            var (status, error) = training.IsStep ? await StepAsync(server, training) : await RunAsync(server, training);
            if (status == "running")
                continue;
            var mayHaveBeenKilled = !training.IsStep && training.Life < server.Life;
            Assert.True(status == "finished" || (mayHaveBeenKilled && (status, error) == ("failed", KilledReason)), $"{training} is {status}: {error}");
            _ended.Add(training);
        }
    }

    private static async Task<(string Status, string? Error)> RunAsync(Server server, Training training)
    {
        var run = await server.Client.Runs.GetAsync(training.Run);
        return (run.Status, run.Error);
    }

    private static async Task<(string Status, string? Error)> StepAsync(Server server, Training training)
    {
        var status = await server.Client.Pipelines.GetAsync(training.Run);
        Assert.True(status.Run.Status != "finished" || status.Step("train").Outputs.ContainsKey("model"), $"{training} has finished without a model.");
        return (status.Run.Status, status.Run.Error);
    }

    private sealed record Training(RunId Run, bool IsStep, int Life);
}
