using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;

namespace Orrery.Training.Studies;

/// <summary>Rebuilds a study from the ledger; its key is the workspace and the run.</summary>
internal sealed class LiveStudyFactory(StudyLedger ledger, TimeProvider time) : IOwnerFactory<LiveStudy>
{
    public static string Key(Caller caller, RunId run) => $"{caller.Workspace}/{run}";

    public async Task<LiveStudy> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var at = key.LastIndexOf('/');
        var caller = Caller.System("training", key[..at]);
        var (run, plan) = await ledger.OpenAsync(caller, new RunId(Guid.Parse(key[(at + 1)..])), cancellationToken);
        var asked = TrialLedger.AskedFor(run);
        var stored = await ledger.Trials.ReadAsync(caller, run, plan, plan.Space ?? asked, cancellationToken);
        var study = plan.Resume(asked, stored.Select(trial => trial.Record));
        var live = new LiveStudy(run, plan, study, stored, ledger, time);
        if (!live.HasEnded)
            live.TakeUp();
        return live;
    }
}
