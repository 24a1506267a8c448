using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Steps;
using Column = Orrery.Preparation.Columns.Column;

namespace Orrery.Preparation.Graph;

/// <summary>One fit: reads the rows once, then lets each step learn from what the steps before it yield.</summary>
internal sealed class Fitter : IDisposable
{
    private readonly TransformPlan _plan;
    private readonly ulong _seed;
    private readonly CancellationToken _cancellationToken;
    private readonly Column[] _raw;
    private readonly int _rows;
    private readonly float[]? _label;
    private readonly ColumnPool _pool = new();

    public Fitter(TransformSpec spec, IEnumerable<RecordBatch> batches, string? label, ulong seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batches);
        _plan = TransformPlan.Of(spec);
        _seed = seed;
        _cancellationToken = cancellationToken;
        CheckLabel(spec, label);
        var raw = new RawColumns(spec.Columns);
        // A label that is missing reads as NaN; that is refused below, with the number of rows.
        var labels = label is null ? null : new RawColumns([new ColumnSpec(label, ColumnType.Number)]);
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            raw.Append(batch);
            labels?.Append(batch);
        }

        (_raw, _rows) = (raw.Finish(), raw.Rows);
        if (_rows == 0)
            throw new InvalidException("There are no training rows, so nothing can be learnt. Check the query or the time range that "
                + "makes the training set.");
        _label = labels is null ? null : Known(((NumberColumn)labels.Finish()[0]).Values.ToArray(), label!);
    }

    public FittedTransform Fit() => new(Learn(given: null));

    public TrainingFeatures FitTransform()
    {
        var given = new Dictionary<string, Column[]>(StringComparer.Ordinal);
        var graph = Learn(given);
        return new(new(graph), graph.Apply(_raw, _rows, given), _label);
    }

    public void Dispose() => _pool.Dispose();

    /// <param name="given">Receives what training sees of steps where that differs from what they yield later; null where nobody
    /// asks.</param>
    private FittedGraph Learn(Dictionary<string, Column[]>? given)
    {
        var spec = _plan.Spec;
        var read = spec.Steps.SelectMany(s => s.Inputs).ToHashSet(StringComparer.Ordinal);
        var fitted = new FittedStep[spec.Steps.Count];
        var values = new Dictionary<string, Column[]>(StringComparer.Ordinal);
        var names = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        for (var c = 0; c < _raw.Length; c++)
        {
            values[spec.Columns[c].Name] = [_raw[c]];
            names[spec.Columns[c].Name] = [spec.Columns[c].Name];
        }

        foreach (var index in _plan.Order)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var step = spec.Steps[index];
            var columns = FittedGraph.Inputs(_plan, index, values, _pool);
            var inputNames = step.Inputs.SelectMany(input => names[input]).ToList();
            var input = new FitInput(step.Name, _plan.InputKinds[index], inputNames, columns, _label, Chance.SeedOf(_seed, step.Name));
            fitted[index] = step.Fit(input);
            names[step.Name] = fitted[index].OutputNames(step.Name, inputNames);
            var isRead = read.Contains(step.Name);
            if (!isRead && given is null)
                continue;
            var training = step.TrainingOutput(input, _pool);
            if (training is not null && given is not null)
                given[step.Name] = training;
            if (isRead)
                values[step.Name] = training ?? fitted[index].Apply(columns, _pool);
        }

        return new(_plan, fitted);
    }

    private static void CheckLabel(TransformSpec spec, string? label)
    {
        if (label is null && spec.Steps.FirstOrDefault(s => s.NeedsLabel) is { } step)
            throw new InvalidException($"Step '{step.Name}' learns from the label, and no label column was named.");
        if (label is not null && spec.Columns.Any(c => string.Equals(c.Name, label, StringComparison.Ordinal)))
            throw new InvalidException($"'{label}' is the label and also a column of the transform: the model would be told the "
                + $"answer. Remove the column.");
    }

    private static float[] Known(float[] label, string name) => label.Count(v => !float.IsFinite(v)) is > 0 and var missing
        ? throw new InvalidException($"The label '{name}' is missing or not finite in {missing} of {label.Length} training rows; "
            + $"leave those rows out.")
        : label;
}
