using Orrery.Preparation.Predictors;
using Orrery.Statistics.Metrics;
using Orrery.Training.LightGbm;
using Orrery.Training.LogisticRegressions;
using Orrery.Training.Trainers;

namespace Orrery.Training.Learners;

/// <summary>Fits logistic regression.</summary>
internal sealed class LogisticRegressionLearner(LearningTask task) : ILearner
{
    public LearnedModel Fit(LearnerSpec spec, Func<int, double, RoundVerdict>? onRound = null, CancellationToken cancellationToken = default)
    {
        var training = task.Training;
        var model = LogisticRegressionFit.Fit(training.Values, training.Features, training.Label, ((LogisticRegressionSpec)spec).L2, cancellationToken);
        var predictor = new LinearModel(PredictionKind.Binary, [[.. model.Coefficients.Select(c => (float)c)]], [(float)model.Intercept]);
        var native = new LogisticRegressionContent(model.Coefficients, model.Intercept, Means(training));
        var scores = model.Raw(task.Validation.Values).Select(LogisticRegression.Probability).ToArray();
        var metric = task.Metric.Of(new BinaryScores([.. task.Validation.Label.Select(l => l > 0)], scores));
        onRound?.Invoke(1, metric);
        return new(predictor, new("model.json", "application/json", native.Write()), 1, metric);
    }

    public void Dispose()
    {
    }

    private static double[] Means(TransformedRows rows)
    {
        var means = new double[rows.Features.Count];
        for (var i = 0; i < rows.Values.Length; i++)
            means[i % means.Length] += rows.Values[i];
        for (var column = 0; column < means.Length; column++)
            means[column] /= rows.Rows;
        return means;
    }
}
