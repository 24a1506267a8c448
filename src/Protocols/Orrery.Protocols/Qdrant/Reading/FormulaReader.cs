using System.Globalization;
using System.Text.Json;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads formulas.</summary>
internal static class FormulaReader
{
    private const string Score = "$score";

    public static Formula Read(JsonElement expression) => Read(expression, 0);

    private static Formula Read(JsonElement expression, int depth)
    {
        if (depth > Formula.MaxDepth)
            throw QdrantRefusal.Format($"expressions are nested deeper than {Formula.MaxDepth} levels");
        switch (expression.ValueKind)
        {
            case JsonValueKind.Number:
                return new Constant(expression.GetDouble());
            case JsonValueKind.String:
                return Variable(expression);
            case JsonValueKind.Object when FilterReader.IsCondition(expression):
                return new Holds(FilterReader.ReadCondition(expression));
            case JsonValueKind.Object when expression.EnumerateObject().FirstOrDefault() is { Name: { } name } member:
                return Named(name, member.Value, depth);
            default:
                throw QdrantRefusal.Format($"data did not match any variant of untagged enum Expression: got {JsonRead.Shown(expression)}");
        }
    }

    private static Formula Named(string name, JsonElement value, int depth)
    {
        Formula Of(JsonElement inner) => Read(inner, depth + 1);
        switch (name)
        {
            case "mult":
                return new Product([.. value.Items(name).Select(Of)]);
            case "sum":
                return new Sum([.. value.Items(name).Select(Of)]);
            case "neg":
                return new Apply(MathFunction.Negate, Of(value));
            case "abs" or "sqrt" or "exp" or "log10" or "ln":
                return new Apply(Enum.Parse<MathFunction>(name, ignoreCase: true), Of(value));
            case "div":
                return new Quotient(Of(value.Required("left")), Of(value.Required("right")), value.Member("by_zero_default")?.Number("by_zero_default"));
            case "pow":
                return new Power(Of(value.Required("base")), Of(value.Required("exponent")));
            case "geo_distance":
                return new GeoDistance(RangeReader.Place(value.Required("origin")), value.Required("to").Path("to"));
            case "datetime":
                return new MomentValue(RangeReader.Moment(value, name) / 1e6);
            case "datetime_key":
                return new MomentField(value.Path(name));
            case "lin_decay":
                return DecayOf(DecayShape.Linear, value, Of);
            case "exp_decay":
                return DecayOf(DecayShape.Exponential, value, Of);
            case "gauss_decay":
                return DecayOf(DecayShape.Gauss, value, Of);
            default:
                throw QdrantRefusal.Format($"data did not match any variant of untagged enum Expression: unknown expression `{name}`");
        }
    }

    private static Decay DecayOf(DecayShape shape, JsonElement value, Func<JsonElement, Formula> read)
    {
        var scale = value.Member("scale")?.Number("scale") ?? 1;
        var midpoint = value.Member("midpoint")?.Number("midpoint") ?? 0.5;
        if (scale <= 0)
            throw QdrantRefusal.BadRequest($"Expected a positive scale in a decay expression, got {scale.ToString(CultureInfo.InvariantCulture)}");
        if (midpoint is <= 0 or >= 1)
            throw QdrantRefusal.BadRequest($"Expected a midpoint between 0 and 1 in a decay expression, got {midpoint.ToString(CultureInfo.InvariantCulture)}");
        return new(shape, read(value.Required("x")), value.Member("target") is { } target ? read(target) : null, scale, midpoint);
    }

    // $score, $score[1], or a path of the payload.
    private static Formula Variable(JsonElement variable)
    {
        var text = variable.GetString()!;
        if (!text.StartsWith('$'))
            return new FieldValue(variable.Path("variable"));
        if (text == Score)
            return new StageScore(0);
        return text.StartsWith(Score + "[", StringComparison.Ordinal) && text.EndsWith(']')
            && int.TryParse(text.AsSpan(Score.Length + 1, text.Length - Score.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var stage)
                ? new StageScore(stage)
                : throw QdrantRefusal.Format($"unknown variable `{text}`, expected `$score`, `$score[N]` or a payload key");
    }
}
