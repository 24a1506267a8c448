using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>A part of a time in the proleptic Gregorian calendar, UTC.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<CalendarPart>))]
public enum CalendarPart
{
    /// <summary>0 to 23.</summary>
    Hour,
    /// <summary>Monday is 0, Sunday 6.</summary>
    Weekday,
    /// <summary>1 to 31.</summary>
    DayOfMonth,
    /// <summary>1 to 12.</summary>
    Month,
}

/// <summary>How a calendar part is given to the model.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<CalendarEncoding>))]
public enum CalendarEncoding
{
    /// <summary>As a number: one column, named <c>step.hour</c>.</summary>
    Number,
    /// <summary>As a point on a circle, so that 23 h lies beside 0 h: two columns, <c>step.hour.sin</c> and <c>step.hour.cos</c>.</summary>
    Cycle,
    /// <summary>Both.</summary>
    Both,
}

/// <summary>
/// Parts of a time, in UTC; shift local times before, where they are wanted. Takes timestamps (Unix seconds). Missing stays missing.
/// </summary>
public sealed record CalendarStep : StepSpec
{
    /// <summary>Which parts; hour, weekday and month unless told.</summary>
    public IReadOnlyList<CalendarPart> Parts { get; init; } = [CalendarPart.Hour, CalendarPart.Weekday, CalendarPart.Month];

    /// <summary>As numbers unless told.</summary>
    public CalendarEncoding Encoding { get; init; } = CalendarEncoding.Number;

    internal override Accepts Accepts => Accepts.Integers;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (Parts.Count == 0)
            yield return ("parts", "names no part; give hour, weekday, dayOfMonth or month");
        if (Parts.Distinct().Count() != Parts.Count)
            yield return ("parts", "names a part twice");
    }

    internal override FittedStep Fit(FitInput input) => new FittedCalendar { Parts = [.. Parts], Encoding = Encoding };
}

/// <summary>
/// Integer arithmetic in memory and in ONNX, so exact; sine and cosine come from tables of at most 31 entries (Gather), so they
/// are the same bits too. Days to months after H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: the
/// year begins in March, so the leap day is its last.
/// </summary>
internal sealed record FittedCalendar : FittedStep
{
    private const long SecondsPerDay = 86_400;
    private const long SecondsPerHour = 3_600;
    private const long ThursdayFromMonday = 3;      // 1970-01-01 was a Thursday
    private const long DaysFromMarchOfYear0 = 719_468; // 0000-03-01 to 1970-01-01
    private const long DaysPerEra = 146_097;        // 400 years

    public required CalendarPart[] Parts { get; init; }

    public required CalendarEncoding Encoding { get; init; }

    public override bool Fits(int width, ValueKind kind) => Parts.Length > 0;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) =>
        [.. Facets().SelectMany(facet => inputs.Select((_, i) => $"{NameOf(step, inputs, i)}.{facet.Name}"))];

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) => [.. Facets().SelectMany(_ => base.Origins(inputs))];

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new List<Column>();
        foreach (var (_, part, table) in Facets())
        {
            foreach (var input in inputs)
            {
                var numbers = pool.Numbers(input.Length);
                var from = ((IntegerColumn)input).Values;
                var to = numbers.Values;
                for (var row = 0; row < to.Length; row++)
                    to[row] = from[row] == Missing.Integer ? float.NaN : table[PartOf(part, from[row])];
                outputs.Add(numbers);
            }
        }

        return [.. outputs];
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var time = input.Packed(graph);
        var missing = graph.Node("Equal", [time, graph.Constant([Missing.Integer], 1)]);
        var emitter = new Arithmetic(graph, graph.Node("Where", [missing, graph.Constant([0L], 1), time]));
        var blocks = Facets().Select(facet =>
        {
            var looked = graph.Node("Gather", [graph.Constant(facet.Table, facet.Table.Length), emitter.Part(facet.Part)]);
            return OnnxBlock.OfPacked(
                ValueKind.Number, input.Width, graph.Node("Where", [missing, graph.Constant([float.NaN], 1), looked]));
        });
        return OnnxBlock.Join(graph, [.. blocks]);
    }

    /// <summary>The output columns of one input: its name, the part, and the number at each value of the part.</summary>
    private IEnumerable<(string Name, CalendarPart Part, float[] Table)> Facets()
    {
        foreach (var part in Parts)
        {
            var (name, first, last) = part switch
            {
                CalendarPart.Hour => ("hour", 0, 23),
                CalendarPart.Weekday => ("weekday", 0, 6),
                CalendarPart.DayOfMonth => ("dayOfMonth", 1, 31),
                _ => ("month", 1, 12),
            };
            var period = last - first + 1.0;
            if (Encoding != CalendarEncoding.Cycle)
                yield return (name, part, Table(last, value => value));
            if (Encoding == CalendarEncoding.Number)
                continue;
            yield return (name + ".sin", part, Table(last, value => (float)double.SinPi(2 * (value - first) / period)));
            yield return (name + ".cos", part, Table(last, value => (float)double.CosPi(2 * (value - first) / period)));
        }
    }

    private static float[] Table(int last, Func<int, float> value) => [.. Enumerable.Range(0, last + 1).Select(value)];

    private static int PartOf(CalendarPart part, long time)
    {
        var second = Modulo(time, SecondsPerDay);
        if (part == CalendarPart.Hour)
            return (int)(second / SecondsPerHour);
        var days = (time - second) / SecondsPerDay;
        if (part == CalendarPart.Weekday)
            return (int)Modulo(days + ThursdayFromMonday, 7);
        var dayOfEra = Modulo(days + DaysFromMarchOfYear0, DaysPerEra);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        return part == CalendarPart.Month
            ? (int)(Modulo(monthFromMarch + 2, 12) + 1)
            : (int)(dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
    }

    private static long Modulo(long value, long by) => ((value % by) + by) % by;

    /// <summary>The same arithmetic as nodes, each intermediate written once.</summary>
    private sealed class Arithmetic(OnnxGraphBuilder graph, string time)
    {
        private readonly Dictionary<CalendarPart, string> _parts = [];
        private string? _second;
        private string? _days;
        private (string DayOfYear, string MonthFromMarch)? _date;

        public string Part(CalendarPart part)
        {
            if (!_parts.TryGetValue(part, out var value))
                _parts[part] = value = Make(part);
            return value;
        }

        private string Second => _second ??= Do("Mod", time, SecondsPerDay);

        private string Days => _days ??= Do("Div", Do("Sub", time, Second), SecondsPerDay);

        private string Make(CalendarPart part) => part switch
        {
            CalendarPart.Hour => Do("Div", Second, SecondsPerHour),
            CalendarPart.Weekday => Do("Mod", Do("Add", Days, ThursdayFromMonday), 7),
            CalendarPart.Month => Do("Add", Do("Mod", Do("Add", Date().MonthFromMarch, 2), 12), 1),
            _ => Do("Add", Do("Sub", Date().DayOfYear, Do("Div", Do("Add", Do("Mul", Date().MonthFromMarch, 153), 2), 5)), 1),
        };

        private (string DayOfYear, string MonthFromMarch) Date()
        {
            if (_date is { } known)
                return known;
            var dayOfEra = Do("Mod", Do("Add", Days, DaysFromMarchOfYear0), DaysPerEra);
            var without4 = Do("Sub", dayOfEra, Do("Div", dayOfEra, 1_460));
            var with100 = Do("Add", without4, Do("Div", dayOfEra, 36_524));
            var yearOfEra = Do("Div", Do("Sub", with100, Do("Div", dayOfEra, 146_096)), 365);
            var leapDays = Do("Sub", Do("Div", yearOfEra, 4), Do("Div", yearOfEra, 100));
            var dayOfYear = Do("Sub", dayOfEra, Do("Add", Do("Mul", yearOfEra, 365), leapDays));
            var date = (dayOfYear, Do("Div", Do("Add", Do("Mul", dayOfYear, 5), 2), 153));
            _date = date;
            return date;
        }

        private string Do(string operation, string left, long right) => graph.Node(operation, [left, graph.Constant([right], 1)]);

        private string Do(string operation, string left, string right) => graph.Node(operation, [left, right]);
    }
}
