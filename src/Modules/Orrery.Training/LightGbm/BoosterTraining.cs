using Orrery.Statistics.Metrics;

namespace Orrery.Training.LightGbm;

/// <summary>How long to train.</summary>
/// <param name="Iterations">Trees at most.</param>
/// <param name="EarlyStopping">Stop after so many iterations without a better validation metric; null trains all.</param>
/// <param name="Direction">Which way the first metric is better.</param>
internal sealed record TrainingSchedule(int Iterations, int? EarlyStopping, MetricDirection Direction);

/// <summary>Whether to go on after an iteration.</summary>
internal enum RoundVerdict
{
    Continue,
    Stop,
}

/// <summary>How a training ended.</summary>
/// <param name="Model">LightGBM's text of the trees up to the best iteration.</param>
/// <param name="BestIteration">How many those are; all where there is no validation set.</param>
/// <param name="BestMetric">The first metric there; NaN where there is no validation set.</param>
internal sealed record TrainedBooster(string Model, int BestIteration, double BestMetric);

/// <summary>Boosts tree by tree, so that it can be watched, pruned and cancelled between two trees.</summary>
internal static class BoosterTraining
{
    private const int ValidationSet = 1; // 0 is the training set

    /// <param name="training">The binned training rows.</param>
    /// <param name="validation">The rows that early stopping watches, binned with <paramref name="training"/> as reference.</param>
    /// <param name="parameters">LightGBM's parameters; the first metric in <c>metric</c> decides.</param>
    /// <param name="schedule">How long.</param>
    /// <param name="onRound">Told the iteration (from 1) and its first metric; may stop the training.</param>
    /// <param name="cancellationToken">Cancels between two trees.</param>
    public static TrainedBooster Train(
        LightGbmDataset training, LightGbmDataset? validation, LightGbmParameters parameters, TrainingSchedule schedule,
        Func<int, double, RoundVerdict>? onRound = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(schedule.Iterations, 1);
        using var booster = Booster.Create(training, parameters);
        if (validation is not null)
            booster.AddValidation(validation);

        var best = (Iteration: 0, Metric: double.NaN);
        for (var iteration = 1; iteration <= schedule.Iterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var grew = booster.Update();
            var metric = validation is null ? double.NaN : booster.Evaluate(ValidationSet)[0];
            if (best.Iteration == 0 || validation is null || IsBetter(metric, best.Metric, schedule.Direction))
                best = (iteration, metric);
            if (onRound?.Invoke(iteration, metric) == RoundVerdict.Stop || !grew)
                break;
            if (validation is not null && iteration - best.Iteration >= schedule.EarlyStopping)
                break;
        }

        GC.KeepAlive(training); // the booster reads the bins of both until the last tree
        GC.KeepAlive(validation);
        return new(booster.Save(best.Iteration), best.Iteration, best.Metric);
    }

    private static bool IsBetter(double metric, double than, MetricDirection direction) => direction == MetricDirection.HigherIsBetter ? metric > than : metric < than;
}
