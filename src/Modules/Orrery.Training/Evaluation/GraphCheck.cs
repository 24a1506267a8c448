using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Training.Scoring;

namespace Orrery.Training.Evaluation;

/// <summary>Holds the ONNX graph that will be served against the learner's own scores, and times it. No model with a wrong graph is ever registered.</summary>
internal sealed class GraphCheck(TimeProvider time)
{
    /// <summary>Scores are probabilities of 32 bits, whose last place is 6e-8; sums over trees in another order cost some tens of those.</summary>
    public const double Tolerance = 1e-5;

    private const int SingleRows = 250;
    private const int WarmUps = 50;
    private const int Timings = 2_000;

    /// <summary>The largest difference.</summary>
    /// <exception cref="OrreryException">It is above <see cref="Tolerance"/>.</exception>
    public static double Compare(IReadOnlyList<double> native, IReadOnlyList<double> onnx)
    {
        var (largest, row) = (0.0, 0);
        for (var i = 0; i < native.Count; i++)
        {
            var difference = Math.Abs(native[i] - onnx[i]);
            if (!(difference <= largest)) // NaN too
                (largest, row) = (difference, i);
            if (double.IsNaN(difference))
                break;
        }

        return largest <= Tolerance
            ? largest
            : throw new OrreryException(ErrorCode.Internal, FormattableString.Invariant(
                $"The ONNX graph gives {onnx[row]:R} for test row {row}, the learner {native[row]:R}: more than {Tolerance} apart. The model is not registered."));
    }

    /// <summary>Scores rows one by one, as requests do: how long each takes, and how many get another score than among others.</summary>
    /// <param name="scorer">The graph.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="scores">Their scores when scored together.</param>
    public (TimeSpan Median, TimeSpan P99, int Mismatches) ScoreOneByOne(OnnxScorer scorer, RecordBatch batch, ReadOnlySpan<float> scores)
    {
        var rows = Math.Min(SingleRows, batch.Length);
        var inputs = new List<BoundInputs>(rows);
        try
        {
            var mismatches = 0;
            for (var i = 0; i < rows; i++)
            {
                var row = (int)((long)i * batch.Length / rows);
                inputs.Add(scorer.Bind(ArrowValues.Slice(batch, row, 1)));
                if (BitConverter.SingleToInt32Bits(scorer.Score(inputs[i])[0]) != BitConverter.SingleToInt32Bits(scores[row]))
                    mismatches++;
            }

            var times = new TimeSpan[Timings];
            for (var i = -WarmUps; i < Timings; i++)
            {
                var started = time.GetTimestamp();
                scorer.Score(inputs[(i + WarmUps) % rows]);
                if (i >= 0)
                    times[i] = time.GetElapsedTime(started);
            }

            System.Array.Sort(times);
            return (times[Timings / 2], times[Timings * 99 / 100], mismatches);
        }
        finally
        {
            inputs.ForEach(i => i.Dispose());
        }
    }
}
