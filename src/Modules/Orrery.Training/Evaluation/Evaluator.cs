using Orrery.Fairness;
using Orrery.Fairness.Groups;
using Orrery.Preparation;
using Orrery.Training.Learners;
using Orrery.Training.Scoring;
using Orrery.Training.Train;
using Orrery.Training.Trainers;

namespace Orrery.Training.Evaluation;

/// <summary>A trained model and the parts that it was trained with.</summary>
/// <param name="Learner">What learnt it.</param>
/// <param name="Prepared">The parts after its transform.</param>
/// <param name="Model">What was learnt.</param>
/// <param name="Graph">The fused ONNX graph.</param>
internal sealed record Candidate(LearnerSpec Learner, PreparedParts Prepared, LearnedModel Model, byte[] Graph)
{
    public FittedTransform Transform => Prepared.Transform;
}

/// <summary>What evaluating a candidate found.</summary>
/// <param name="Evidence">Figures by name.</param>
/// <param name="Test">Labels and scores of the test rows, through ONNX.</param>
/// <param name="Fairness">By group, where groups are declared.</param>
/// <param name="Explained">The attributions of some test rows.</param>
/// <param name="Importance">How much each feature matters to the learner.</param>
internal sealed record Findings(
    IReadOnlyDictionary<string, double> Evidence, ScoredRows Test, FairnessAudit? Fairness, ExplainedRows Explained,
    IReadOnlyList<(string Name, double Value)> Importance);

/// <summary>Attributions of rows with the inputs' values as numbers, NaN for text and missing.</summary>
internal sealed record ExplainedRows(IReadOnlyList<string> Inputs, IReadOnlyList<Attributions.Row> Rows, IReadOnlyList<double[]> Values);

/// <summary>Measures a candidate on the test part, through the graph that will be served.</summary>
internal sealed class Evaluator(TimeProvider time)
{
    // Enough dots for the shape of a beeswarm, few enough to draw (12 inputs × 400 rows are 60 kB of SVG).
    private const int MaxExplainedRows = 400;

    public Findings Evaluate(Candidate candidate, RowParts parts, TrainerSpec spec, CancellationToken cancellationToken)
    {
        using var native = NativeModel.Load(candidate.Learner.Type, candidate.Model.Native.Bytes);
        using var scorer = new OnnxScorer(candidate.Graph);
        var evidence = new Dictionary<string, double>(StringComparer.Ordinal);
        var test = Score(scorer, parts.Test, cancellationToken);
        evidence[EvidenceNames.OnnxDifference] = GraphCheck.Compare(Probabilities(native, candidate.Prepared.Test), test.Scores);
        Add(evidence, test.Evidence("test"));
        Add(evidence, Score(scorer, parts.Validation, cancellationToken).Evidence("validation"));
        AddSingleRows(evidence, scorer, parts.Test, test);
        var fairness = Audit(evidence, parts.Test, test, spec.Threshold);
        cancellationToken.ThrowIfCancellationRequested();
        return new(evidence, test, fairness, Explain(candidate, native, parts.Test), [.. candidate.Transform.Features.Zip(native.Importance())]);
    }

    /// <summary>The scores of rows through ONNX.</summary>
    public static ScoredRows Score(OnnxScorer scorer, RowPart part, CancellationToken cancellationToken)
    {
        var scores = new List<double>(part.Rows);
        foreach (var batch in part.Batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var score in scorer.Score(batch))
                scores.Add(score);
        }

        return ScoredRows.Of(part.Label, scores);
    }

    /// <summary>The scores of rows through the learner's own code.</summary>
    public static double[] Probabilities(INativeModel native, TransformedRows rows) =>
        [.. native.Raw(rows.Values).Select(LogisticRegressions.LogisticRegression.Probability)];

    private static void Add(Dictionary<string, double> to, IEnumerable<KeyValuePair<string, double>> evidence)
    {
        foreach (var (name, value) in evidence)
            to[name] = value;
    }

    private void AddSingleRows(Dictionary<string, double> evidence, OnnxScorer scorer, RowPart part, ScoredRows scored)
    {
        var first = part.Batches.First(b => b.Length > 0);
        var scores = scored.Scores.Take(first.Length).Select(s => (float)s).ToArray();
        var (median, p99, mismatches) = new GraphCheck(time).ScoreOneByOne(scorer, first, scores);
        evidence[EvidenceNames.LatencyMedian] = median.TotalMilliseconds;
        evidence[EvidenceNames.LatencyP99] = p99.TotalMilliseconds;
        evidence[EvidenceNames.OnnxBatchMismatches] = mismatches;
    }

    private static FairnessAudit? Audit(Dictionary<string, double> evidence, RowPart part, ScoredRows scored, double threshold)
    {
        if (part.Groups is null)
            return null;
        string?[] groups = [.. part.Groups.Select(g => string.IsNullOrEmpty(g) ? null : g)];
        var audit = FairnessAudit.Of(scored.Labels, scored.Scores, groups, options: new() { Threshold = threshold });
        evidence[EvidenceNames.AucGap] = audit[GroupMetric.RocAuc].Difference;
        evidence[EvidenceNames.CalibrationGap] = audit[GroupMetric.CalibrationError].Difference;
        evidence[EvidenceNames.TruePositiveRateGap] = audit.EqualOpportunityDifference;
        evidence[EvidenceNames.SelectionRateGap] = audit.DemographicParityDifference;
        evidence[EvidenceNames.Groups] = audit.Groups.Count;
        return audit;
    }

    private static ExplainedRows Explain(Candidate candidate, INativeModel native, RowPart part)
    {
        var attributions = new Attributions(candidate.Transform);
        var sample = candidate.Prepared.Test.Sample(Math.Min(1, (double)MaxExplainedRows / part.Rows));
        var rows = attributions.Explain(native, sample.Values);
        var values = candidate.Transform.Inputs.Select(input => Numbers(part, input)).ToList();
        return new(
            attributions.Inputs, rows,
            [.. Enumerable.Range(0, rows.Length).Select(i => values.Select(v => v[(int)((long)i * part.Rows / rows.Length)]).ToArray())]);
    }

    private static double[] Numbers(RowPart part, ColumnSpec input) => input.Type switch
    {
        ColumnType.Text => [.. Enumerable.Repeat(double.NaN, part.Rows)],
        ColumnType.Number => [.. part.Batches.SelectMany(b => ArrowValues.Numbers(b.Column(input.Name))).Select(v => (double)v)],
        _ => [.. part.Batches.SelectMany(b => ArrowValues.Integers(b.Column(input.Name))).Select(v => v == ArrowValues.MissingInteger ? double.NaN : v)],
    };
}
