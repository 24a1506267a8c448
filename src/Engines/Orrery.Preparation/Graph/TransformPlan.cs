using Orrery.Kernel;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Steps;

namespace Orrery.Preparation.Graph;

/// <summary>
/// A declaration that was found sound: its steps in an order in which each finds its inputs, with the kind that each reads.
/// </summary>
internal sealed class TransformPlan
{
    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueKind> _kinds = new(StringComparer.Ordinal);

    private TransformPlan(TransformSpec spec)
    {
        Spec = spec;
        CheckNames();
        ThrowIfWrong();
        Order = Sort();
        ThrowIfWrong();
        InputKinds = new ValueKind[spec.Steps.Count];
        foreach (var column in spec.Columns)
            _kinds[column.Name] = KindOf(column.Type);
        foreach (var index in Order)
            CheckKinds(index);
        Outputs = spec.Outputs ?? Unread(spec);
        CheckOutputs();
        ThrowIfWrong();
    }

    public TransformSpec Spec { get; }

    /// <summary>Positions in <see cref="TransformSpec.Steps"/>, inputs before readers.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>By position of the step: the kind that its inputs are turned into.</summary>
    public ValueKind[] InputKinds { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <exception cref="InvalidException">The declaration is not sound.</exception>
    public static TransformPlan Of(TransformSpec spec) => new(spec);

    public static ValueKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Number => ValueKind.Number,
        ColumnType.Text => ValueKind.Text,
        _ => ValueKind.Integer,
    };

    private void CheckNames()
    {
        if (Spec.Columns.Count == 0)
            _errors["columns"] = "no column is declared; a transform reads at least one";
        // Declarations come from outside, and a chain of steps is followed by recursion.
        if (Spec.Steps.Count > TransformSpec.MaxSteps)
        {
            _errors["steps"] = $"there are {Spec.Steps.Count} steps; at most {TransformSpec.MaxSteps} are allowed";
            return;
        }

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < Spec.Columns.Count; i++)
            Claim(Spec.Columns[i].Name, $"columns[{i}].name", seen);
        for (var i = 0; i < Spec.Steps.Count; i++)
            Claim(Spec.Steps[i].Name, $"steps[{i}].name", seen);
        for (var i = 0; i < Spec.Steps.Count; i++)
            CheckReferences(Spec.Steps[i].Inputs, $"steps[{i}].inputs", seen);
        if (Spec.Outputs is { } outputs)
            CheckReferences(outputs, "outputs", seen);
    }

    private void Claim(string name, string path, Dictionary<string, string> seen)
    {
        if (string.IsNullOrWhiteSpace(name))
            _errors[path] = "is empty";
        else if (!seen.TryAdd(name, path))
            _errors[path] = $"'{name}' is already the name at {seen[name]}; names are unique among columns and steps";
    }

    private void CheckReferences(IReadOnlyList<string> names, string path, Dictionary<string, string> known)
    {
        if (names.Count == 0)
            _errors[path] = "is empty; name at least one column or step";
        var named = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!known.ContainsKey(names[i] ?? ""))
            {
                var nearest = NearestName.Of(names[i] ?? "", known.Keys) is { } near ? $" Did you mean '{near}'?" : "";
                _errors[$"{path}[{i}]"] = $"'{names[i]}' is no column and no step.{nearest}";
            }
            else if (!named.Add(names[i]))
            {
                _errors[$"{path}[{i}]"] = $"'{names[i]}' is named twice";
            }
        }
    }

    /// <summary>Depth first; a step that is met again on its own path closes a cycle.</summary>
    private List<int> Sort()
    {
        var positions = Spec.Steps.Index().ToDictionary(s => s.Item.Name, s => s.Index, StringComparer.Ordinal);
        var order = new List<int>(Spec.Steps.Count);
        var done = new bool[Spec.Steps.Count];
        var path = new List<int>();
        for (var i = 0; i < done.Length; i++)
            Visit(i);
        return order;

        void Visit(int index)
        {
            if (done[index])
                return;
            if (path.IndexOf(index) is >= 0 and var start)
            {
                var cycle = path.Skip(start).Append(index).Select(i => Spec.Steps[i].Name);
                _errors.TryAdd($"steps[{index}].inputs", $"the steps read each other in a circle: {string.Join(" ← ", cycle)}");
                return;
            }

            path.Add(index);
            foreach (var input in Spec.Steps[index].Inputs)
            {
                if (positions.TryGetValue(input, out var before))
                    Visit(before);
            }

            path.RemoveAt(path.Count - 1);
            done[index] = true;
            order.Add(index);
        }
    }

    private void CheckKinds(int index)
    {
        var step = Spec.Steps[index];
        var kinds = step.Inputs.Select(input => _kinds[input]).Distinct().Order().ToList();
        var kind = Accepted(step.Accepts, kinds);
        if (kind is null)
        {
            var received = string.Join(", ", step.Inputs.Select(input => $"'{input}' is {Describe(_kinds[input])}"));
            _errors[$"steps[{index}].inputs"] = $"step '{step.Name}' takes {Describe(step.Accepts)}, but {received}";
        }

        InputKinds[index] = kind ?? kinds[0];
        _kinds[step.Name] = step.OutputKind(InputKinds[index]);
        foreach (var (option, problem) in step.Problems(InputKinds[index]))
            _errors[$"steps[{index}].{option}"] = problem;
    }

    private static ValueKind? Accepted(Accepts accepts, List<ValueKind> kinds)
    {
        ValueKind? single = kinds.Count == 1 ? kinds[0] : null;
        return accepts switch
        {
            Accepts.Numbers => kinds.Contains(ValueKind.Text) ? null : ValueKind.Number,
            Accepts.Texts => kinds.Contains(ValueKind.Number) ? null : ValueKind.Text,
            Accepts.Integers => single == ValueKind.Integer ? single : null,
            Accepts.Categories => single is ValueKind.Text or ValueKind.Integer ? single : null,
            _ => single,
        };
    }

    private void CheckOutputs()
    {
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (_kinds[Outputs[i]] == ValueKind.Text)
            {
                _errors[$"outputs[{i}]"] = $"'{Outputs[i]}' is text, and features are numbers; "
                    + "encode it (oneHot, ordinal, frequency, target), or name the outputs without it";
            }
        }

        if (Outputs.Count == 0)
            _errors["outputs"] = "nothing comes out";
    }

    private static List<string> Unread(TransformSpec spec)
    {
        var read = spec.Steps.SelectMany(s => s.Inputs).ToHashSet(StringComparer.Ordinal);
        return [.. spec.Columns.Select(c => c.Name).Concat(spec.Steps.Select(s => s.Name)).Where(name => !read.Contains(name))];
    }

    private void ThrowIfWrong()
    {
        if (_errors.Count == 0)
            return;
        var all = string.Join("; ", _errors.Select(e => $"{e.Key}: {e.Value}"));
        throw new InvalidException($"The transform is not sound: {all}.") { Errors = _errors };
    }

    private static string Describe(ValueKind kind) => kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Integer => "an integer (also: boolean, timestamp, bucket)",
        _ => "text",
    };

    private static string Describe(Accepts accepts) => accepts switch
    {
        Accepts.Numbers => "numbers or integers",
        Accepts.Integers => "integers (timestamps, booleans, buckets)",
        Accepts.Categories => "categories, either all text or all integers (bucketize numbers first)",
        Accepts.Texts => "categories, texts or integers (bucketize numbers first)",
        _ => "columns of one kind",
    };
}
