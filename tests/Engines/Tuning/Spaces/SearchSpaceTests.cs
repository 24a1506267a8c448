using System.Text.Json;
using System.Text.Json.Serialization;
using CsCheck;
using Orrery.Kernel;
using Orrery.Tuning.Spaces;
using Xunit;

namespace Orrery.Tuning.Tests.Spaces;

public sealed class SearchSpaceTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static readonly Gen<ParameterSpec> AnyParameter = Gen.OneOf(
        Gen.Select(Gen.Double[-1e3, 1e3], Gen.Double[0, 1e3], (low, width) => ParameterSpec.Float("p", low, low + width)),
        Gen.Select(Gen.Double[1e-6, 10], Gen.Double[1, 1e6], (low, ratio) => ParameterSpec.Float("p", low, low * ratio, ParameterScale.Log)),
        Gen.Select(Gen.Int[-20, 20], Gen.Int[0, 200], Gen.Int[1, 7], (low, width, step) => ParameterSpec.Float("p", low, low + width / 10.0, step: step / 10.0)),
        Gen.Select(Gen.Long[-1000, 1000], Gen.Long[0, 1000], Gen.Long[1, 9], (low, width, step) => ParameterSpec.Integer("p", low, low + width, step: step)),
        Gen.Select(Gen.Long[1, 1000], Gen.Long[0, 100_000], (low, width) => ParameterSpec.Integer("p", low, low + width, ParameterScale.Log)),
        Gen.Int[1, 12].Select(n => ParameterSpec.Categorical("p", [.. Enumerable.Range(0, n).Select(i => $"choice {i}")])));

    [Fact]
    public void The_last_step_does_not_leave_the_range()
    {
        var space = new SearchSpace(ParameterSpec.Float("p", 19, 28.7, step: 0.1));
        var value = space.FromUnit([1]);
        Assert.Equal(28.7, value["p"].Number);
        Assert.InRange(space.ToUnit(value)[0], 0, 1);
    }

    [Fact]
    public void A_coordinate_gives_a_value_that_gives_itself_again() => Gen.Select(AnyParameter, Gen.Double[0, 1]).Sample((spec, coordinate) =>
    {
        var space = new SearchSpace(spec);
        var value = space.FromUnit([coordinate]);
        var again = space.FromUnit(space.ToUnit(value));
        if (spec is { Kind: ParameterKind.Float, Step: null })
            Assert.Equal(value["p"].Number, again["p"].Number, 1e-9 * Math.Max(1, Math.Abs(value["p"].Number)));
        else
            Assert.Equal(value["p"], again["p"]);
    });

    [Fact]
    public void Every_coordinate_gives_a_value_of_the_declaration() => Gen.Select(AnyParameter, Gen.Double[0, 1]).Sample((spec, coordinate) =>
    {
        var value = new SearchSpace(spec).FromUnit([coordinate])["p"];
        if (spec.Kind == ParameterKind.Categorical)
        {
            Assert.Contains(value.Choice, spec.Choices!);
            return;
        }

        Assert.InRange(value.Number, spec.Low!.Value, spec.High!.Value + 1e-9);
        if (spec.Kind == ParameterKind.Integer)
            Assert.Equal(0, (value.Integer - (long)spec.Low) % (long)(spec.Step ?? 1));
    });

    [Fact]
    public void Coordinates_keep_the_order_of_numbers() =>
        Gen.Select(AnyParameter.Where(p => p.Kind != ParameterKind.Categorical), Gen.Double[0, 1], Gen.Double[0, 1]).Sample((spec, a, b) =>
        {
            var space = new SearchSpace(spec);
            Assert.True(space.FromUnit([Math.Min(a, b)])["p"].Number <= space.FromUnit([Math.Max(a, b)])["p"].Number);
        });

    [Fact]
    public void Every_value_of_a_finite_set_is_equally_likely()
    {
        var space = new SearchSpace(ParameterSpec.Integer("p", 3, 11, step: 2));
        Assert.Equal(5, space.Cardinality);
        var counts = Enumerable.Range(0, 1000).CountBy(i => space.FromUnit([i / 1000.0])["p"].Integer).ToDictionary();
        Assert.Equal([3L, 5, 7, 9, 11], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.Equal(200, count));
    }

    [Fact]
    public void A_space_binds_from_json_and_values_are_bare()
    {
        var specs = JsonSerializer.Deserialize<List<ParameterSpec>>(
            """[{"name":"rate","kind":"Float","low":0.001,"high":0.3,"scale":"Log"},{"name":"tree","kind":"Categorical","choices":["gbdt","dart"]}]""", Json)!;
        var values = new SearchSpace(specs).FromUnit([1, 0]);
        Assert.Equal("""{"rate":0.3,"tree":"gbdt"}""", JsonSerializer.Serialize(values));
        var back = JsonSerializer.Deserialize<Dictionary<string, ParameterValue>>("""{"rate":0.3,"tree":"gbdt"}""")!;
        Assert.Equal(values["tree"], back["tree"]);
        Assert.Equal(values["rate"], back["rate"]);
    }

    [Fact]
    public void A_conditional_parameter_has_a_value_exactly_where_its_condition_is_met() => Gen.Double[0, 1].Array[4].Sample(point =>
    {
        var space = Conditional();
        var values = space.FromUnit(point);
        var isTree = values["kind"].Choice != "linear";
        Assert.Equal(isTree, values.ContainsKey("grow"));
        Assert.Equal(isTree && values["grow"].Choice == "depth", values.ContainsKey("depth"));
        Assert.Equal(!isTree, values.ContainsKey("l2"));
        Assert.Equal(JsonSerializer.Serialize(values), JsonSerializer.Serialize(space.FromUnit(space.ToUnit(values))));
    });

    [Fact]
    public void A_value_where_the_condition_is_not_met_is_refused()
    {
        Assert.Contains("not active", Refused(new() { ["kind"] = "linear", ["l2"] = 1, ["depth"] = 3 }), StringComparison.Ordinal);
        Assert.Contains("'l2' has no value", Refused(new() { ["kind"] = "linear" }), StringComparison.Ordinal);

        static string Refused(Dictionary<string, ParameterValue> values) => Assert.Throws<InvalidException>(() => Conditional().ToUnit(values)).Message;
    }

    [Fact]
    public void A_condition_names_an_earlier_categorical_parameter_and_its_choices()
    {
        var kind = ParameterSpec.Categorical("kind", "a", "b");
        var number = ParameterSpec.Float("x", 0, 1);
        Assert.Throws<InvalidException>(() => new SearchSpace(number.OnlyWhen("kind", "a"), kind));
        Assert.Throws<InvalidException>(() => new SearchSpace(kind, number.OnlyWhen("kind", "c")));
        Assert.Throws<InvalidException>(() => new SearchSpace(kind, number.OnlyWhen("kind")));
        Assert.Throws<InvalidException>(() => new SearchSpace(number, ParameterSpec.Float("y", 0, 1).OnlyWhen("x", "a")));
    }

    private static SearchSpace Conditional() => new(
        ParameterSpec.Categorical("kind", "linear", "gbdt", "dart"),
        ParameterSpec.Categorical("grow", "depth", "leaves").OnlyWhen("kind", "gbdt", "dart"),
        ParameterSpec.Integer("depth", 2, 9).OnlyWhen("grow", "depth"),
        ParameterSpec.Float("l2", 1e-3, 10, ParameterScale.Log).OnlyWhen("kind", "linear"));

    [Fact]
    public void Every_fault_of_a_declaration_is_named()
    {
        var refused = Assert.Throws<InvalidException>(() => new SearchSpace(
            ParameterSpec.Float("a", 1, 0),
            ParameterSpec.Float("b", 0, 1, ParameterScale.Log),
            ParameterSpec.Float("c", 1, 2, ParameterScale.Log, step: 0.1),
            ParameterSpec.Categorical("d"),
            ParameterSpec.Categorical("e", "x", "x"),
            ParameterSpec.Float("a", 0, 1),
            new ParameterSpec { Name = "f", Kind = ParameterKind.Integer, Low = 0.5, High = 2 },
            ParameterSpec.Float("g", 0, double.NaN),
            ParameterSpec.Float("fine", 0, 1)));
        Assert.Equal(8, refused.Errors.Count);
        Assert.DoesNotContain("parameters[8]", refused.Errors.Keys);
        Assert.Throws<InvalidException>(() => new SearchSpace());
    }

    [Fact]
    public void Values_outside_the_space_are_refused_with_what_was_expected()
    {
        var space = new SearchSpace(ParameterSpec.Integer("depth", 2, 8, step: 2), ParameterSpec.Categorical("tree", "gbdt", "dart"));
        Assert.Contains("'depth'", Refusal(new() { ["dephts"] = 4, ["tree"] = "dart" }), StringComparison.Ordinal);
        Assert.Contains("no value", Refusal(new() { ["depth"] = 4 }), StringComparison.Ordinal);
        Assert.Contains("multiple of 2", Refusal(new() { ["depth"] = 3, ["tree"] = "dart" }), StringComparison.Ordinal);
        Assert.Contains("gbdt, dart", Refusal(new() { ["depth"] = 4, ["tree"] = "rf" }), StringComparison.Ordinal);
        Assert.Contains("from 2 to 8", Refusal(new() { ["depth"] = double.NaN, ["tree"] = "dart" }), StringComparison.Ordinal);

        string Refusal(Dictionary<string, ParameterValue> values) => Assert.Throws<InvalidException>(() => space.ToUnit(values)).Message;
    }
}
