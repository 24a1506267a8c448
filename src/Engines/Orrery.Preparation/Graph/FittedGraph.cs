using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Steps;
using Column = Orrery.Preparation.Columns.Column;

namespace Orrery.Preparation.Graph;

/// <summary>A plan and what each of its steps learnt. Runs both lowerings.</summary>
internal sealed class FittedGraph
{
    // A chunk's intermediate columns should stay in the processor's cache, and a wide one-hot must not need rows × categories twice.
    private const int CellsPerChunk = 1 << 20;
    private const int MaxRowsPerChunk = 1 << 15;

    private readonly TransformPlan _plan;
    private readonly Dictionary<string, IReadOnlyList<string>> _names;
    private readonly List<int> _runWhole;

    /// <exception cref="InvalidException">The steps do not match the plan, or two features have one name.</exception>
    public FittedGraph(TransformPlan plan, IReadOnlyList<FittedStep> steps)
    {
        _plan = plan;
        Steps = steps;
        _names = plan.Spec.Columns.ToDictionary(c => c.Name, IReadOnlyList<string> (c) => [c.Name], StringComparer.Ordinal);
        foreach (var index in plan.Order)
        {
            var (step, inputs) = (plan.Spec.Steps[index], InputNames(index));
            if (!steps[index].Fits(inputs.Count, plan.InputKinds[index]))
                throw new InvalidException($"Step '{step.Name}' was fitted on other columns than the {inputs.Count} that it reads.");
            _names[step.Name] = steps[index].OutputNames(step.Name, inputs);
        }

        _runWhole = StepsOverText();
        Features = [.. plan.Outputs.SelectMany(output => _names[output])];
        Sources = FindSources();
        if (Features.GroupBy(f => f, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new InvalidException($"Two features are named '{twice}'. Rename a step, or name the outputs so that it comes out once.");
    }

    public TransformSpec Spec => _plan.Spec;

    public IReadOnlyList<FittedStep> Steps { get; }

    public IReadOnlyList<string> Features { get; }

    /// <summary>By feature: the raw columns that it is made from.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Sources { get; }

    public FeatureMatrix Apply(RecordBatch batch)
    {
        var raw = new RawColumns(Spec.Columns);
        raw.Append(batch);
        return Apply(raw.Finish(), raw.Rows, new Dictionary<string, Column[]>());
    }

    /// <param name="raw">The raw columns.</param>
    /// <param name="rows">Their rows.</param>
    /// <param name="given">What some steps yield, for which they are not run.</param>
    public FeatureMatrix Apply(Column[] raw, int rows, IReadOnlyDictionary<string, Column[]> given)
    {
        var matrix = FeatureMatrix.Rent(rows, Features);
        var chunk = Math.Clamp(CellsPerChunk / Features.Count, 1, MaxRowsPerChunk);
        using var wholePool = new ColumnPool();
        var whole = new Dictionary<string, Column[]>(given, StringComparer.Ordinal);
        for (var c = 0; c < raw.Length; c++)
            whole[Spec.Columns[c].Name] = [raw[c]];
        if (rows > chunk)
            Run(_runWhole, whole, wholePool);
        for (var start = 0; start < rows; start += chunk)
        {
            var count = Math.Min(chunk, rows - start);
            using var pool = new ColumnPool();
            var values = whole.ToDictionary(
                w => w.Key, w => System.Array.ConvertAll(w.Value, column => column.Slice(start, count)), StringComparer.Ordinal);
            Run(_plan.Order, values, pool);
            Write(values, matrix.Writable.Slice(start * Features.Count, count * Features.Count), pool);
        }

        return matrix;
    }

    public string Emit(OnnxGraphBuilder graph)
    {
        var values = new Dictionary<string, OnnxBlock>(StringComparer.Ordinal);
        foreach (var column in Spec.Columns)
        {
            var input = graph.Input(column.Name, column.ElementType, OnnxDimension.Rows, 1);
            values[column.Name] = OnnxBlock.OfSingles(TransformPlan.KindOf(column.Type), [input]);
        }

        foreach (var index in _plan.Order)
        {
            var step = Spec.Steps[index];
            var inputs = step.Inputs.Select(name => Convert(graph, values[name], _plan.InputKinds[index]));
            values[step.Name] = Steps[index].Emit(graph, OnnxBlock.Join(graph, [.. inputs]));
        }

        return OnnxBlock.Join(graph, [.. _plan.Outputs.Select(name => values[name].ToNumbers(graph))]).Packed(graph);
    }

    /// <summary>The columns that a step reads, side by side and of the kind that it takes.</summary>
    public static List<Column> Inputs(TransformPlan plan, int index, Dictionary<string, Column[]> values, ColumnPool pool)
    {
        var columns = new List<Column>();
        foreach (var input in plan.Spec.Steps[index].Inputs)
        {
            foreach (var column in values[input])
            {
                columns.Add(plan.InputKinds[index] switch
                {
                    ValueKind.Number => ColumnConversion.ToNumbers(column, pool),
                    ValueKind.Text => ColumnConversion.ToTexts(column, pool),
                    _ => column,
                });
            }
        }

        return columns;
    }

    private static OnnxBlock Convert(OnnxGraphBuilder graph, OnnxBlock block, ValueKind kind) => kind switch
    {
        ValueKind.Number => block.ToNumbers(graph),
        ValueKind.Text => block.ToTexts(graph),
        _ => block,
    };

    private IReadOnlyList<string>[] FindSources()
    {
        var sources = Spec.Columns.ToDictionary(c => c.Name, IReadOnlyList<string>[] (c) => [[c.Name]], StringComparer.Ordinal);
        foreach (var index in _plan.Order)
        {
            var inputs = Spec.Steps[index].Inputs.SelectMany(input => sources[input]).ToArray();
            sources[Spec.Steps[index].Name] =
                [.. Steps[index].Origins(inputs.Length).Select(IReadOnlyList<string> (origin) => [.. origin.SelectMany(i => inputs[i]).Distinct()])];
        }

        return [.. _plan.Outputs.SelectMany(output => sources[output])];
    }

    private void Run(IReadOnlyList<int> steps, Dictionary<string, Column[]> values, ColumnPool pool)
    {
        foreach (var index in steps)
        {
            var name = Spec.Steps[index].Name;
            if (!values.ContainsKey(name))
                values[name] = Steps[index].Apply(Inputs(_plan, index, values, pool), pool);
        }
    }

    /// <summary>
    /// Steps that make texts or look them up, and all that these read. They run over all rows at once, one column each way: a distinct
    /// text is then joined and looked up once, and not once a chunk.
    /// </summary>
    private List<int> StepsOverText()
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var index in _plan.Order.Reverse())
        {
            var step = Spec.Steps[index];
            var looksUp = Steps[index] is FittedEncoding && _plan.InputKinds[index] == ValueKind.Text;
            if (looksUp || step.OutputKind(_plan.InputKinds[index]) == ValueKind.Text || wanted.Contains(step.Name))
                wanted.UnionWith([step.Name, .. step.Inputs]);
        }

        return [.. _plan.Order.Where(index => wanted.Contains(Spec.Steps[index].Name))];
    }

    private List<string> InputNames(int index) => [.. Spec.Steps[index].Inputs.SelectMany(input => _names[input])];

    private void Write(Dictionary<string, Column[]> values, Span<float> to, ColumnPool pool)
    {
        var column = 0;
        foreach (var output in _plan.Outputs)
        {
            foreach (var value in values[output])
            {
                var numbers = ColumnConversion.ToNumbers(value, pool).Values;
                for (var (row, at) = (0, column); row < numbers.Length; row++, at += Features.Count)
                    to[at] = numbers[row];
                column++;
            }
        }
    }
}
