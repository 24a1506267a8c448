using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Evaluates a formula for points by their places.</summary>
internal sealed class FormulaEvaluation(ShardViews views, ByFormula formula, IReadOnlyList<IReadOnlyDictionary<int, float>> stages)
{
    private readonly Dictionary<Condition, PlaceSet> _holds = new(ReferenceEqualityComparer.Instance);

    /// <summary>The value for the point at a place.</summary>
    /// <exception cref="InvalidException">It is no number: a variable without a value, a division by zero, a root of a negative number.</exception>
    public float Of(int place)
    {
        var (view, slot) = views.At(place);
        using var document = view.Document(slot);
        var value = Value(formula.Expression, place, document?.RootElement ?? default);
        return float.IsFinite((float)value) ? (float)value : throw NotANumber("The formula", value);
    }

    private double Value(Formula expression, int place, JsonElement payload)
    {
        double Of(Formula inner) => Value(inner, place, payload);
        switch (expression)
        {
            case Constant constant:
                return constant.Value;
            case StageScore score:
                return Score(score.Stage, place);
            case FieldValue field:
                return Number(field.Path, payload);
            case Holds holds:
                return Passes(holds.Condition, place) ? 1 : 0;
            case GeoDistance distance:
                return FieldMatch.TryPlace(At(distance.To, payload), out var to) ? Geo.Meters(distance.Origin, to) : throw Missing(distance.To, "geo point");
            case MomentValue moment:
                return moment.Seconds;
            case MomentField field:
                return Moments.TryRead(At(field.Path, payload), out var microseconds) ? microseconds / 1e6 : throw Missing(field.Path, "datetime");
            case Sum sum:
                return sum.Terms.Sum(Of);
            case Product product:
                var result = 1d;
                foreach (var factor in product.Factors)
                {
                    if ((result *= Of(factor)) == 0)
                        return 0;
                }

                return result;
            case Quotient quotient:
                var divisor = Of(quotient.Right);
                if (divisor == 0)
                    return quotient.ByZero ?? throw new InvalidException("The formula divides by zero; give `by_zero_default`, or divide by what cannot be zero.");
                return Finite("The quotient", Of(quotient.Left) / divisor);
            case Power power:
                return Finite("The power", Math.Pow(Of(power.Base), Of(power.Exponent)));
            case Apply apply:
                return Finite($"The {apply.Function} in the formula", Applied(apply.Function, Of(apply.Of)));
            case Decay decay:
                return Decayed(decay, Of(decay.X), decay.Target is { } target ? Of(target) : 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression, "Expected a known expression.");
        }
    }

    private double Score(int stage, int place)
    {
        if (stage < stages.Count && stages[stage].TryGetValue(place, out var score))
            return score;
        var name = stage == 0 ? "$score" : $"$score[{stage}]";
        return (formula.Defaults.TryGetValue(name, out var given) || formula.Defaults.TryGetValue($"$score[{stage}]", out given)) && given.ValueKind == JsonValueKind.Number
            ? given.GetDouble()
            : 0;
    }

    private double Number(PayloadPath path, JsonElement payload)
    {
        var value = At(path, payload);
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            _ => throw Missing(path, "number"),
        };
    }

    // The first value at the path; the default where there is none.
    private JsonElement At(PayloadPath path, JsonElement payload)
    {
        var values = new List<JsonElement>();
        path.Collect(payload, values);
        var value = values.FirstOrDefault();
        if (value.ValueKind == JsonValueKind.Array)
            value = value.EnumerateArray().FirstOrDefault();
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && formula.Defaults.TryGetValue(path.Text, out var given) ? given : value;
    }

    private bool Passes(Condition condition, int place)
    {
        if (!_holds.TryGetValue(condition, out var places))
        {
            var filter = new Filter { Must = [condition] };
            _holds.Add(condition, places = stages.Count == 0 ? views.Find(filter) : views.Find(filter, views.Places(stages.SelectMany(stage => stage.Keys))));
        }

        return places[place];
    }

    private static double Applied(MathFunction function, double x) => function switch
    {
        MathFunction.Negate => -x,
        MathFunction.Abs => Math.Abs(x),
        MathFunction.Sqrt => Math.Sqrt(x),
        MathFunction.Exp => Math.Exp(x),
        MathFunction.Log10 => Math.Log10(x),
        MathFunction.Ln => Math.Log(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "Expected a known function."),
    };

    private static double Decayed(Decay decay, double x, double target)
    {
        var distance = Math.Abs(x - target);
        return decay.Shape switch
        {
            DecayShape.Linear => Math.Max(0, 1 - (1 - decay.Midpoint) / decay.Scale * distance),
            DecayShape.Exponential => Math.Exp(Math.Log(decay.Midpoint) / decay.Scale * distance),
            _ => Math.Exp(Math.Log(decay.Midpoint) / (decay.Scale * decay.Scale) * distance * distance),
        };
    }

    private static double Finite(string what, double value) => double.IsFinite(value) ? value : throw NotANumber(what, value);

    private static InvalidException NotANumber(string what, double value) => new($"{what} produced a non-finite number ({value}).");

    private static InvalidException Missing(PayloadPath path, string type) => new($"No {type} value found for variable {path.Text}; give it a default.");
}
