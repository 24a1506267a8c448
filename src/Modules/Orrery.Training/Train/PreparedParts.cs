using Orrery.Preparation;
using Orrery.Training.Learners;

namespace Orrery.Training.Train;

/// <summary>The parts of a training set after a transform that was fitted on the first of them alone: nothing of what came later leaks into training.</summary>
internal sealed record PreparedParts(FittedTransform Transform, TransformedRows Training, TransformedRows Validation, TransformedRows Test)
{
    public static PreparedParts Of(TransformSpec spec, RowParts parts, int seed, CancellationToken cancellationToken)
    {
        using var fitted = spec.FitTransform(parts.Training.Batches, TimeSplit.LabelColumn, (ulong)seed, cancellationToken);
        var training = new TransformedRows(fitted.Transform.Features, fitted.Features.Values.ToArray(), parts.Training.Label);
        return new(
            fitted.Transform, training, Apply(fitted.Transform, parts.Validation, cancellationToken), Apply(fitted.Transform, parts.Test, cancellationToken));
    }

    private static TransformedRows Apply(FittedTransform transform, RowPart part, CancellationToken cancellationToken)
    {
        var values = new float[(long)part.Rows * transform.Features.Count];
        var at = 0;
        foreach (var batch in part.Batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var features = transform.Apply(batch);
            features.Values.CopyTo(values.AsSpan(at));
            at += features.Values.Length;
        }

        return new(transform.Features, values, part.Label);
    }
}
