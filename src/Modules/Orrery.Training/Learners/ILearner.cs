using Orrery.Kernel;
using Orrery.Preparation.Predictors;
using Orrery.Training.LightGbm;
using Orrery.Training.Trainers;

namespace Orrery.Training.Learners;

/// <summary>Fits models to one task; keeps between fits what does not depend on the parameters. Not thread-safe.</summary>
internal interface ILearner : IDisposable
{
    /// <summary>Fits with the parameters of <paramref name="spec"/>.</summary>
    /// <param name="spec">The parameters.</param>
    /// <param name="onRound">Told the round (from 1) and the validation metric after it, where the learner has rounds; may stop it.</param>
    /// <param name="cancellationToken">Cancels between rounds.</param>
    LearnedModel Fit(LearnerSpec spec, Func<int, double, RoundVerdict>? onRound = null, CancellationToken cancellationToken = default);
}

/// <summary>What was learnt.</summary>
/// <param name="Predictor">For ONNX.</param>
/// <param name="Native">The learner's own form, from which attributions are computed.</param>
/// <param name="Rounds">Trees or iterations it has.</param>
/// <param name="Metric">The validation metric.</param>
internal sealed record LearnedModel(IPredictor Predictor, NativeContent Native, int Rounds, double Metric);

/// <summary>A model in its learner's own form.</summary>
/// <param name="FileName">As an artifact: <c>model.txt</c>.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Bytes">The content.</param>
internal sealed record NativeContent(string FileName, string MediaType, byte[] Bytes);

/// <summary>Makes the learner of a spec.</summary>
internal static class Learner
{
    public static ILearner For(LearnerSpec spec, LearningTask task) => spec switch
    {
        LightGbmSpec => new LightGbmLearner(task),
        LogisticRegressionSpec => new LogisticRegressionLearner(task),
        _ => throw new InvalidException($"There is no learner '{spec.Type}'."),
    };
}
