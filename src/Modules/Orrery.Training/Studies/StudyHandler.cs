using System.Globalization;
using System.Text;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Work;
using Orrery.Tuning.Importance;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;

namespace Orrery.Training.Studies;

/// <summary>Runs of studies, by way of their owners.</summary>
internal sealed class StudyHandler(StudyPlanner planner, StudyLedger ledger, LiveStudies studies, IRuns runs, IWorkQueue queue) : IStudies
{
    private const int MaxWorkerLength = 200;

    public async Task<RunId> StartAsync(Caller caller, string study, CancellationToken cancellationToken = default)
    {
        var (plan, inputs) = await planner.OfAsync(caller, study, cancellationToken);
        var run = await ledger.BeginAsync(caller, plan, study, null, inputs, cancellationToken);
        if (plan.Trainer is not null)
            await queue.EnqueueAsync(StudyWorker.Queue, run.Id.ToString(), Encoding.UTF8.GetBytes(caller.Workspace), cancellationToken: cancellationToken);
        return run.Id;
    }

    public Task<Page<Run>> ListAsync(Caller caller, string? study, PageRequest page, CancellationToken cancellationToken = default) =>
        runs.ListAsync(caller, new(StudyLedger.Kind, study), page, cancellationToken);

    public Task<StudyStatus> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) => studies.CallAsync(caller, run, async (live, token) =>
    {
        // Who looks at a study hears of workers that are gone, also where nobody asks for trials any more.
        if (!live.HasEnded)
            await live.DropLostAsync(Caller.System("training", caller.Workspace), token);
        return live.Status();
    }, cancellationToken);

    public async Task<Page<StudyTrial>> TrialsAsync(Caller caller, RunId run, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var from = PageCursor.Read(page.Cursor, 1) is [var at] ? PageCursor.Number(at) : 0;
        var trials = await studies.CallAsync(caller, run, (live, _) => Task.FromResult(live.Trials()), cancellationToken);
        var items = trials.SkipWhile(trial => trial.Number < from).Take(limit + 1).ToList();
        return items.Count > limit ? new(items[..limit], PageCursor.Of(items[limit].Number.ToString(CultureInfo.InvariantCulture))) : new(items);
    }

    public async Task<StudyImportance> ImportanceAsync(Caller caller, RunId run, int objective = 0, CancellationToken cancellationToken = default)
    {
        var (space, trials) = await studies.CallAsync(caller, run, (live, _) =>
        {
            if (objective < 0 || objective >= live.Plan.Objectives.Count)
                throw new InvalidException($"The study has {live.Plan.Objectives.Count} objectives, from 0; got {objective}.");
            return Task.FromResult(live.Found());
        }, cancellationToken);
        var options = new ImportanceOptions { Objective = objective };
        // A second of computing for a thousand trials of many parameters: not on the thread of a request, and not in the owner's turn.
        return await Task.Run(() => new StudyImportance(FunctionalAnova.Of(space, trials, options), FunctionalAnova.PairsOf(space, trials, options)), cancellationToken);
    }

    public Task<TrialOffer> AskAsync(Caller caller, RunId run, string worker, CancellationToken cancellationToken = default) => studies.CallAsync(caller, run, async (live, token) =>
    {
        var offer = await live.AskAsync(caller, Checked(worker), token);
        await live.FinishIfDoneAsync(caller, token);
        return offer;
    }, cancellationToken);

    public Task<ParameterValue> SuggestAsync(
        Caller caller, RunId run, int trial, string worker, ParameterSpec parameter, CancellationToken cancellationToken = default) =>
        studies.CallAsync(caller, run, (live, token) => live.SuggestAsync(caller, trial, Checked(worker), parameter, token), cancellationToken);

    public Task<PruningDecision> ReportAsync(
        Caller caller, RunId run, int trial, string worker, int step, double value, CancellationToken cancellationToken = default) =>
        studies.CallAsync(caller, run, (live, token) => live.ReportAsync(caller, trial, Checked(worker), step, value, token), cancellationToken);

    public Task BeatAsync(Caller caller, RunId run, int trial, string worker, CancellationToken cancellationToken = default) => studies.CallAsync(caller, run, (live, _) =>
    {
        live.Beat(trial, Checked(worker));
        return Task.FromResult(true);
    }, cancellationToken);

    public Task<StudyTrial> TellAsync(Caller caller, RunId run, int trial, string worker, TrialResult result, CancellationToken cancellationToken = default) =>
        studies.CallAsync(caller, run, async (live, token) =>
        {
            var told = await live.TellAsync(caller, trial, Checked(worker), result, null, token);
            await live.FinishIfDoneAsync(caller, token);
            return told;
        }, cancellationToken);

    public Task EnqueueAsync(Caller caller, RunId run, IReadOnlyDictionary<string, ParameterValue> parameters, CancellationToken cancellationToken = default) =>
        studies.CallAsync(caller, run, async (live, token) =>
        {
            await live.EnqueueAsync(caller, parameters, token);
            return true;
        }, cancellationToken);

    public Task StopAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) => studies.CallAsync(caller, run, async (live, token) =>
    {
        await live.FinishAsync(caller, RunStatus.Cancelled, null, token);
        return true;
    }, cancellationToken);

    private static string Checked(string worker)
    {
        if (worker is not { Length: > 0 and <= MaxWorkerLength } || worker.Any(char.IsControl))
            throw new InvalidException($"A worker has a name of 1 to {MaxWorkerLength} characters, the same in all that it says of a trial: its host and process id, for instance.");
        return StudyWorker.IsServer(worker) ? throw new InvalidException($"'{worker}' is a name of this server's own workers; choose another.") : worker;
    }
}
