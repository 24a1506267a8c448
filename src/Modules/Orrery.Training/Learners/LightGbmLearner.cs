using System.Text;
using Orrery.Preparation.Predictors;
using Orrery.Training.LightGbm;
using Orrery.Training.Trainers;

namespace Orrery.Training.Learners;

/// <summary>Boosts trees with LightGBM. The rows are binned once for each <c>maxBin</c>, so a study that does not tune it bins once.</summary>
internal sealed class LightGbmLearner(LearningTask task) : ILearner
{
    private readonly Dictionary<int, (LightGbmDataset Training, LightGbmDataset Validation)> _binned = [];

    public LearnedModel Fit(LearnerSpec spec, Func<int, double, RoundVerdict>? onRound = null, CancellationToken cancellationToken = default)
    {
        var learner = (LightGbmSpec)spec;
        var parameters = Parameters(learner);
        var (training, validation) = Bin(learner.MaxBin, parameters);
        var trained = BoosterTraining.Train(
            training, validation, parameters,
            new(learner.NumIterations, learner.EarlyStoppingRounds > 0 ? learner.EarlyStoppingRounds : null, task.Metric.Direction),
            onRound, cancellationToken);
        return new(
            TreeEnsemble.FromLightGbm(trained.Model), new("model.txt", "text/plain", Encoding.UTF8.GetBytes(trained.Model)),
            trained.BestIteration, trained.BestMetric);
    }

    public void Dispose()
    {
        foreach (var (training, validation) in _binned.Values)
        {
            validation.Dispose();
            training.Dispose();
        }
    }

    private (LightGbmDataset Training, LightGbmDataset Validation) Bin(int maxBin, LightGbmParameters parameters)
    {
        if (_binned.TryGetValue(maxBin, out var known))
            return known;
        var training = LightGbmDataset.Create(task.Training.Values, task.Training.Features, task.Training.Label, parameters);
        try
        {
            var validation = LightGbmDataset.Create(task.Validation.Values, task.Validation.Features, task.Validation.Label, parameters, training);
            return _binned[maxBin] = (training, validation);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private LightGbmParameters Parameters(LightGbmSpec learner) => LightGbmParameters.Reproducible(task.Seed, task.Threads)
        .Set("objective", "binary")
        .Set("metric", task.Metric.LightGbmName)
        .Set("feature_pre_filter", "false") // bins are shared between trials, so a column may not be dropped for one trial's min_data_in_leaf
        .Set("learning_rate", learner.LearningRate)
        .Set("num_leaves", learner.NumLeaves)
        .Set("max_depth", learner.MaxDepth)
        .Set("min_data_in_leaf", learner.MinDataInLeaf)
        .Set("min_sum_hessian_in_leaf", learner.MinSumHessianInLeaf)
        .Set("min_gain_to_split", learner.MinGainToSplit)
        .Set("lambda_l1", learner.LambdaL1)
        .Set("lambda_l2", learner.LambdaL2)
        .Set("feature_fraction", learner.FeatureFraction)
        .Set("bagging_fraction", learner.BaggingFraction)
        .Set("bagging_freq", learner.BaggingFraction < 1 ? learner.BaggingFreq : 0)
        .Set("scale_pos_weight", learner.ScalePosWeight)
        .Set("max_bin", learner.MaxBin);
}
