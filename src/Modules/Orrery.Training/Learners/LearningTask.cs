using Orrery.Training.Trainers;

namespace Orrery.Training.Learners;

/// <summary>Rows that went through a transform.</summary>
/// <param name="Features">The features' names.</param>
/// <param name="Values">Rows × features, row-major.</param>
/// <param name="Label">0 or 1, one a row.</param>
internal sealed record TransformedRows(IReadOnlyList<string> Features, float[] Values, float[] Label)
{
    public int Rows => Label.Length;

    /// <summary>
    /// A share of the rows, evenly spread over their order, which is that of time: every period keeps its weight.
    /// </summary>
    public TransformedRows Sample(double share)
    {
        if (share >= 1)
            return this;
        var width = Features.Count;
        var count = Math.Max(1, (int)(Rows * share));
        var values = new float[(long)count * width];
        var label = new float[count];
        for (var i = 0; i < count; i++)
        {
            var row = (int)((long)i * Rows / count);
            Values.AsSpan(row * width, width).CopyTo(values.AsSpan(i * width, width));
            label[i] = Label[row];
        }

        return new(Features, values, label);
    }
}

/// <summary>What there is to learn.</summary>
/// <param name="Training">The rows to learn from.</param>
/// <param name="Validation">The rows that early stopping and tuning look at.</param>
/// <param name="Metric">What they look at.</param>
/// <param name="Seed">Of the learner's chance.</param>
/// <param name="Threads">Of the learner.</param>
internal sealed record LearningTask(TransformedRows Training, TransformedRows Validation, StudyMetric Metric, int Seed, int Threads);
