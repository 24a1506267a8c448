using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Serving.Plans;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Predictions;

/// <summary>The values of one request, row by row in the slots of its plan: what was sent, then what was looked up.</summary>
internal sealed class RequestValues(ServingPlan plan)
{
    private const double LargestExactInteger = 1L << 53;

    private readonly bool[] _sent = new bool[plan.Fields.Length];
    private readonly string[][] _keys = [.. plan.Reads.Select(read => new string[read.Keys.Length])];
    private double[] _numbers = new double[plan.NumberSlots];
    private KnownText[] _texts = new KnownText[plan.TextSlots];
    private int _featuresSent;

    /// <summary>0 until a shape was given.</summary>
    public int Rows { get; private set; }

    public ReadOnlySpan<double> Numbers => _numbers.AsSpan(0, Rows * plan.NumberSlots);

    public ReadOnlySpan<KnownText> Texts => _texts.AsSpan(0, Rows * plan.TextSlots);

    public void Clear()
    {
        Rows = 0;
        _featuresSent = 0;
        Array.Clear(_sent);
    }

    /// <summary>Announces an input and its shape; returns how many elements it has.</summary>
    public int Begin(int field, ReadOnlySpan<long> shape)
    {
        var spec = plan.Fields[field];
        if (_sent[field])
            throw new InvalidException($"The input '{spec.Name}' is there twice.");
        var rows = shape.Length > 0 ? shape[0] : 0;
        // [N] and [N,1] say the same of a column of single values, and clients mix them.
        if (!Matches(shape[Math.Min(1, shape.Length)..], spec) || rows < 1)
            throw new InvalidException(
                $"The input '{spec.Name}' has the shape [{string.Join(",", shape.ToArray())}]; expected [{string.Join(",", spec.Shape)}] with at least one row for -1.");
        if (rows > plan.Options.MaxRows)
            throw new InvalidException($"The input '{spec.Name}' has {rows} rows; a request may have {plan.Options.MaxRows}. Send several.");
        if (Rows == 0)
            Resize((int)rows);
        else if (Rows != rows)
            throw new InvalidException($"The input '{spec.Name}' has {rows} rows, those before it {Rows}; all inputs of a request have the same.");
        _sent[field] = true;
        if (spec.Kind == EndpointInputKind.Feature)
            _featuresSent++;
        return Rows * spec.Width;
    }

    public void SetNumber(int field, int element, double value)
    {
        var spec = plan.Fields[field];
        if (spec.IsText)
            throw new InvalidException($"The input '{spec.Name}' takes text, got the number {value} at {element}.");
        if (!double.IsFinite(value) && !(double.IsNaN(value) && spec.Kind == EndpointInputKind.Feature))
            throw new InvalidException($"The input '{spec.Name}' is {value} at {element}; expected a finite number.{(spec.Kind == EndpointInputKind.Feature
                ? " A feature that is not known may be left out or null."
                : "")}");
        if (spec.Type is ModelFieldType.Float32 && !double.IsNaN(value) && !float.IsFinite((float)value))
            throw new InvalidException($"The input '{spec.Name}' is {value} at {element}, which a 32-bit float cannot hold.");
        if (spec.Type is ModelFieldType.Int64 && !double.IsNaN(value) && !(Math.Abs(value) <= LargestExactInteger && value == Math.Truncate(value)))
            throw new InvalidException($"The input '{spec.Name}' is {value} at {element}; expected an integer within ±2^53.");
        if (spec.Type is ModelFieldType.Boolean && value is not (0 or 1 or double.NaN))
            throw new InvalidException($"The input '{spec.Name}' is {value} at {element}; expected true or false.");
        var row = element / spec.Width;
        _numbers[row * plan.NumberSlots + spec.Slot + (element - row * spec.Width)] = value;
    }

    public void SetText(int field, int element, ReadOnlySpan<byte> utf8)
    {
        var spec = plan.Fields[field];
        if (!spec.IsText)
            throw new InvalidException($"The input '{spec.Name}' takes {spec.Type}, got text at {element}.");
        var row = element / spec.Width;
        _texts[row * plan.TextSlots + spec.Slot + (element - row * spec.Width)] = plan.Texts.Get(utf8);
    }

    /// <summary>Checks that everything needed was sent, and looks the features up.</summary>
    public void Complete(DateTimeOffset at)
    {
        if (Rows == 0)
            throw Missing(plan.Fields.Where(field => field.Kind == EndpointInputKind.Request).DefaultIfEmpty(plan.Fields[0]));
        for (var i = 0; i < plan.Fields.Length; i++)
        {
            if (plan.Fields[i].Kind == EndpointInputKind.Request && !_sent[i])
                throw Missing(plan.Fields.Where((field, at) => field.Kind == EndpointInputKind.Request && !_sent[at]));
        }

        for (var i = 0; i < plan.Reads.Length; i++)
            Read(plan.Reads[i], _keys[i], at);
        if (_featuresSent > 0)
            PutSentFeatures();
    }

    private void Read(FeatureRead read, string[] keys, DateTimeOffset at)
    {
        if (_featuresSent > 0 && AllSent(read))
        {
            for (var row = 0; row < Rows; row++)
                _numbers.AsSpan(row * plan.NumberSlots + read.FirstSlot, read.Count).Fill(double.NaN);
            return;
        }

        foreach (var key in read.Keys)
        {
            if (!_sent[key])
                throw new InvalidException(
                    $"The input '{plan.Fields[key].Name}' is missing: it is the entity key by which the feature service '{read.Service}' is looked up. Send it, or all features.");
        }

        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < keys.Length; i++)
                keys[i] = _texts[row * plan.TextSlots + plan.Fields[read.Keys[i]].Slot].Text;
            read.Reader.Read(keys, at, _numbers.AsSpan(row * plan.NumberSlots + read.FirstSlot, read.Count));
        }
    }

    private bool AllSent(FeatureRead read)
    {
        foreach (var field in read.UsedFields)
        {
            if (!_sent[field])
                return false;
        }

        return true;
    }

    private void PutSentFeatures()
    {
        for (var i = 0; i < plan.Fields.Length; i++)
        {
            var field = plan.Fields[i];
            if (!_sent[i] || field.Kind != EndpointInputKind.Feature)
                continue;
            for (var row = 0; row < Rows; row++)
            {
                var start = row * plan.NumberSlots;
                foreach (var target in field.Targets)
                    _numbers[start + target] = _numbers[start + field.Slot];
            }
        }
    }

    private void Resize(int rows)
    {
        Rows = rows;
        if (_numbers.Length < rows * plan.NumberSlots)
            _numbers = new double[checked(rows * plan.NumberSlots)];
        if (_texts.Length < rows * plan.TextSlots)
            _texts = new KnownText[checked(rows * plan.TextSlots)];
        // A text that is not sent (a key, where all features are) is empty, not that of the request before.
        _texts.AsSpan(0, rows * plan.TextSlots).Fill(KnownText.Empty);
    }

    private static bool Matches(ReadOnlySpan<long> rest, PlanField spec)
    {
        if (spec.Width == 1)
        {
            foreach (var dimension in rest)
            {
                if (dimension != 1)
                    return false;
            }

            return rest.Length <= 1;
        }

        if (rest.Length != spec.Shape.Count - 1)
            return false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] != spec.Shape[i + 1])
                return false;
        }

        return true;
    }

    private InvalidException Missing(IEnumerable<PlanField> fields)
    {
        var missing = fields.Select(field => field.Name).ToArray();
        return new(
            $"The endpoint '{plan.Endpoint}' misses the input{(missing.Length > 1 ? "s" : "")} {string.Join(", ", missing.Select(name => $"'{name}'"))}.")
        {
            Errors = missing.ToDictionary(name => $"inputs/{name}", _ => "missing"),
        };
    }
}
