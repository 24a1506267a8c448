using System.Text;
using Orrery.Kernel;
using Orrery.Training.LightGbm;
using Orrery.Training.LogisticRegressions;
using Orrery.Training.Trainers;

namespace Orrery.Training.Learners;

/// <summary>A model in its learner's own form, loaded: the reference that the ONNX graph is held against. Thread-safe.</summary>
internal interface INativeModel : IDisposable
{
    /// <summary>The log-odds of each row of a row-major matrix.</summary>
    double[] Raw(ReadOnlySpan<float> values);

    /// <summary>SHAP values in log-odds: rows × (features + 1), the expected log-odds last. Each row adds up to its raw score.</summary>
    double[] Contributions(ReadOnlySpan<float> values);

    /// <summary>How much each feature matters to the model; the scale is the learner's own.</summary>
    IReadOnlyList<double> Importance();
}

/// <summary>Loads what a learner wrote.</summary>
internal static class NativeModel
{
    public static INativeModel Load(string learner, ReadOnlySpan<byte> content) => learner switch
    {
        LightGbmSpec.Name => new LightGbmModel(Booster.Load(Encoding.UTF8.GetString(content))),
        LogisticRegressionSpec.Name => new LogisticRegressionModel(LogisticRegressionContent.Read(content)),
        _ => throw new InvalidException($"Models of the learner '{learner}' cannot be explained here; expected {LightGbmSpec.Name} or {LogisticRegressionSpec.Name}."),
    };

    private sealed class LightGbmModel(Booster booster) : INativeModel
    {
        public double[] Raw(ReadOnlySpan<float> values) => booster.Predict(values, BoosterOutput.Raw);

        public double[] Contributions(ReadOnlySpan<float> values) => booster.Predict(values, BoosterOutput.Contribution);

        public IReadOnlyList<double> Importance() => booster.Importance(ImportanceKind.Gain);

        public void Dispose() => booster.Dispose();
    }

    /// <summary>A linear model's SHAP values are coefficient × (value − mean), for features taken as independent (arXiv 1705.07874, corollary 1).</summary>
    private sealed class LogisticRegressionModel(LogisticRegressionContent content) : INativeModel
    {
        private readonly LogisticRegression _model = new(content.Coefficients, content.Intercept);

        public double[] Raw(ReadOnlySpan<float> values) => _model.Raw(values);

        public double[] Contributions(ReadOnlySpan<float> values)
        {
            var features = content.Means.Count;
            var expected = content.Intercept + content.Coefficients.Zip(content.Means, (c, m) => c * m).Sum();
            var contributions = new double[values.Length / features * (features + 1)];
            for (var row = 0; row < values.Length / features; row++)
            {
                var to = contributions.AsSpan(row * (features + 1), features + 1);
                for (var feature = 0; feature < features; feature++)
                    to[feature] = content.Coefficients[feature] * (values[row * features + feature] - content.Means[feature]);
                to[features] = expected;
            }

            return contributions;
        }

        public IReadOnlyList<double> Importance() => [.. content.Coefficients.Select(Math.Abs)];

        public void Dispose()
        {
        }
    }
}
