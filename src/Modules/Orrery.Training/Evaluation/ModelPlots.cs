using Orrery.Platform.Plots;
using Orrery.Statistics.Metrics;
using Orrery.Training.Plots;

namespace Orrery.Training.Evaluation;

/// <summary>The pictures of a training.</summary>
internal static class ModelPlots
{
    /// <summary>Path and SVG of each.</summary>
    /// <param name="learner">The name of what was trained.</param>
    /// <param name="findings">How it did.</param>
    /// <param name="baseline">The baseline's scores of the same rows, with its name.</param>
    public static IReadOnlyList<(string Path, string Svg)> Draw(string learner, Findings findings, (string Learner, ScoredRows Test)? baseline)
    {
        (string Name, BinaryScores Scores)[] models = [(learner, findings.Test.Metrics), .. baseline is { } b ? [(b.Learner, b.Test.Metrics)] : Array.Empty<(string, BinaryScores)>()];
        return
        [
            ("plots/roc.svg", Roc(models)),
            ("plots/precision-recall.svg", PrecisionRecall(models)),
            ("plots/calibration.svg", CalibrationCurve(models)),
            ("plots/scores.svg", Scores(findings.Test)),
            ("plots/importance.svg", Importance(learner, findings.Importance)),
            ("plots/shap.svg", Shap(findings.Explained)),
            ("plots/shap-mean.svg", MeanShap(findings.Explained)),
        ];
    }

    private static string Roc((string Name, BinaryScores Scores)[] models) => new CurvePlot(
        "ROC curve on the test rows", $"True positive rate over false positive rate. {List(models, "area under the curve", s => s.RocAuc())}",
        "false positive rate", "true positive rate",
        [.. models.Select(m => new CurveSeries(Legend(m.Name, "AUC", m.Scores.RocAuc()), Points(Curves.Roc(m.Scores))))])
    { Reference = ((0, 0), (1, 1)) }.Draw();

    private static string PrecisionRecall((string Name, BinaryScores Scores)[] models)
    {
        var rate = models[0].Scores.PositiveWeight / models[0].Scores.TotalWeight;
        return new CurvePlot(
            "Precision and recall on the test rows",
            $"Precision over recall. {List(models, "average precision", s => s.AveragePrecision())} The dashed line is the share of positive rows.", "recall", "precision",
            [.. models.Select(m => new CurveSeries(Legend(m.Name, "AP", m.Scores.AveragePrecision()), Points(Curves.PrecisionRecall(m.Scores))))])
        {
            Reference = ((0, rate), (1, rate)),
        }.Draw();
    }

    private static string CalibrationCurve((string Name, BinaryScores Scores)[] models) => new CurvePlot(
        "Calibration on the test rows",
        $"Share of positives over mean score, in ten bins. {List(models, "expected calibration error", s => Calibration.ExpectedError(s))} The dashed line is perfect calibration.",
        "mean score", "share of positives",
        [.. models.Select(m => new CurveSeries(
            Legend(m.Name, "ECE", Calibration.ExpectedError(m.Scores)), [.. Calibration.Curve(m.Scores).Select(b => (b.MeanScore, b.PositiveRate))], Marked: true))])
    {
        Reference = ((0, 0), (1, 1)),
    }.Draw();

    private static string Scores(ScoredRows test) => new ScorePlot(
        "Scores on the test rows", "A histogram of the scores of each class; the further they are apart, the better the model separates them.",
        test.Scores, test.Labels, "label 0", "label 1").Draw();

    private static string Importance(string learner, IReadOnlyList<(string Name, double Value)> importance) => new BarPlot(
        "Feature importance", $"How much each feature matters to {learner}: the gain of its splits, or the size of its coefficient.", "importance", importance).Draw();

    private static string Shap(ExplainedRows explained) => new BeeswarmPlot(
        "SHAP values of test rows", "How much each input moved the score of each row, by the input's value. Inputs are sorted by their mean effect.",
        [.. explained.Inputs.Select((input, i) => new SwarmRow(
            input, [.. explained.Rows.Select(r => r.Values[i])], [.. explained.Values.Select(v => v[i])]))]).Draw();

    private static string MeanShap(ExplainedRows explained) => new BarPlot(
        "Mean |SHAP| of test rows", "The mean size of each input's effect on the log-odds.", "mean |SHAP value|",
        [.. explained.Inputs.Select((input, i) => (input, explained.Rows.Average(r => Math.Abs(r.Values[i]))))]).Draw();

    private static IReadOnlyList<(double X, double Y)> Points(IReadOnlyList<CurvePoint> curve) => [.. curve.Select(p => (p.X, p.Y))];

    private static string Legend(string name, string metric, double value) => FormattableString.Invariant($"{name}, {metric} {value:0.000}");

    private static string List((string Name, BinaryScores Scores)[] models, string metric, Func<BinaryScores, double> of) =>
        string.Concat(models.Select(m => FormattableString.Invariant($"{m.Name}: {metric} {of(m.Scores):0.000}. "))).TrimEnd();
}
