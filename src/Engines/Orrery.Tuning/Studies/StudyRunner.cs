namespace Orrery.Tuning.Studies;

/// <summary>Runs an objective on a study, several trials at once where wanted. While it runs the study is its own.</summary>
public sealed class StudyRunner
{
    private readonly Study _study;
    private readonly Lock _gate = new();

    /// <summary>A runner for a study.</summary>
    public StudyRunner(Study study)
    {
        ArgumentNullException.ThrowIfNull(study);
        _study = study;
    }

    /// <summary>Runs so many more trials.</summary>
    /// <param name="objective">Gives a trial's value; called from as many threads as there are workers.</param>
    /// <param name="trials">How many.</param>
    /// <param name="workers">How many at once.</param>
    /// <param name="cancellationToken">Ends it; trials under way are told as failed.</param>
    /// <exception cref="Exception">What the objective threw, unless it was for pruning: its trial is told as failed, no other is begun, and those under way end.</exception>
    public async Task RunAsync(Func<RunningTrial, CancellationToken, Task<double>> objective, int trials, int workers = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = trials;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(workers, trials)).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        cancellationToken.ThrowIfCancellationRequested();

        async Task WorkAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0 && !failed.IsCancellationRequested)
            {
                RunningTrial trial;
                lock (_gate)
                    trial = new RunningTrial(_study, _study.Ask().Number, _gate);
                try
                {
                    var value = await objective(trial, failed.Token);
                    lock (_gate)
                        _study.Tell(trial.Number, value);
                }
                catch (TrialPrunedException)
                {
                    lock (_gate)
                        _study.TellPruned(trial.Number);
                }
                catch (Exception error)
                {
                    lock (_gate)
                        _study.TellFailed(trial.Number, error.Message);
                    await failed.CancelAsync();
                    throw;
                }
            }
        }
    }
}
