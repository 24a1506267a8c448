using System.Globalization;
using System.Text.Json;
using CsCheck;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Shards;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

/// <summary>What a filter lets through by indexes is what it lets through by asking every payload.</summary>
public sealed class FilterTests
{
    private static readonly string[] Words = ["red", "green", "blue sky", "Blue", ""];

    private static readonly Gen<string> Scalars = Gen.OneOf(
        Gen.Int[-3, 3].Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.Double[-2, 2].Select(d => d.ToString("0.0#", CultureInfo.InvariantCulture)),
        Gen.Int[0, Words.Length - 1].Select(i => JsonSerializer.Serialize(Words[i])),
        Gen.Const("true"), Gen.Const("null"),
        Gen.Int[1, 28].Select(day => $"\"2024-02-{day:00}T10:00:00Z\""),
        Gen.Select(Gen.Double[-180, 180], Gen.Double[-90, 90], (lon, lat) => string.Create(CultureInfo.InvariantCulture, $$"""{"lon":{{lon:0.###}},"lat":{{lat:0.###}}}""")));

    private static readonly Gen<string> Values = Gen.OneOf(Scalars, Scalars.Array[0, 3].Select(values => $"[{string.Join(",", values)}]"));

    private static readonly Gen<string> Payloads = Gen.Select(Values, Values, Gen.Bool, Gen.Bool, (a, b, hasA, hasB) =>
        "{" + string.Join(",", new[] { hasA ? $"\"a\":{a}" : null, hasB ? $"\"b\":{{\"c\":{b}}}" : null }.OfType<string>()) + "}");

    private static readonly Gen<NumberRange> Ranges = Gen.Select(Gen.Double[-2, 2], Gen.Double[-2, 2], Gen.Int[0, 3], (x, y, kind) => new NumberRange(
        kind == 0 ? x : null, kind == 1 ? x : null, kind == 2 ? y : null, kind is 1 or 3 ? y : null));

    private static readonly Gen<FieldTest> Tests = Gen.OneOf(
        Gen.Int[-3, 3].Select(i => (FieldTest)new MatchValue(Scalar.Of((long)i))),
        Gen.Int[0, Words.Length - 1].Select(i => (FieldTest)new MatchValue(Scalar.Of(Words[i]))),
        Gen.Bool.Select(b => (FieldTest)new MatchValue(Scalar.Of(b))),
        Gen.Int[-3, 3].Array[0, 3].Select(values => (FieldTest)new MatchAny(values.Select(i => Scalar.Of((long)i)).ToHashSet())),
        Gen.Int[-3, 3].Array[0, 3].Select(values => (FieldTest)new MatchExcept(values.Select(i => Scalar.Of((long)i)).ToHashSet())),
        Gen.Select(Gen.Int[0, Words.Length - 1], Gen.Enum<TextMatch>(), (i, how) => (FieldTest)new MatchText(Words[i], how)),
        Gen.Int[0, Words.Length - 1].Select(i => (FieldTest)new MatchPrefix(Words[i])),
        Ranges.Select(range => (FieldTest)range),
        Gen.Int[1, 28].Select(day => (FieldTest)new MomentRange(new(null, Microseconds(day), null, null))),
        Ranges.Select(range => (FieldTest)new ValuesCount(range)),
        Gen.Bool.Select(b => (FieldTest)new EmptyTest(b)),
        Gen.Bool.Select(b => (FieldTest)new NullTest(b)),
        Gen.Double[1e5, 1e7].Select(meters => (FieldTest)new GeoRadius(new(10, 50), meters)),
        Gen.Const((FieldTest)new GeoBox(new(170, 60), new(-170, -60))),
        Gen.Const((FieldTest)new GeoPolygon([new(-90, -45), new(90, -45), new(90, 45), new(-90, 45), new(-90, -45)], [[new(-10, -10), new(10, -10), new(0, 10), new(-10, -10)]])));

    private static readonly Gen<string> Paths = Gen.OneOf(new[] { "a", "a[]", "b.c", "b.c[]", "b", "a[0]", "missing" }.Select(Gen.Const).ToArray());

    private static readonly Gen<Condition> Leaves = Gen.OneOf(
        Gen.Select(Paths, Tests.Array[1, 2], (path, tests) => (Condition)Field(path, tests)),
        Paths.Select(path => (Condition)new IsEmpty(PayloadPath.Parse(path))),
        Paths.Select(path => (Condition)new IsNull(PayloadPath.Parse(path))),
        Gen.ULong[0, 40].Array[0, 10].Select(ids => (Condition)new HasId(ids.Select(PointId.Of).ToHashSet())),
        Gen.Int[0, 2].Select(part => (Condition)new IdSlice(part, 3)));

    private static readonly Gen<Filter> Filters = Gen.Select(Leaves.Array[0, 2], Leaves.Array[0, 2], Leaves.Array[0, 2], Leaves.Array[0, 3], (must, should, mustNot, least) =>
        new Filter { Must = must, Should = should, MustNot = mustNot, MinShould = least.Length > 1 ? new(least, 2) : null });

    [Fact]
    public void A_filter_finds_by_indexes_what_it_finds_point_by_point() => Gen.Select(Payloads.Array[0, 40], Filters, Gen.Bool).Sample((payloads, filter, declared) =>
    {
        using var view = View(payloads, declared);
        var expected = view.Live.Slots().Where(slot => Passes(view, slot, filter)).ToList();
        Assert.Equal(expected, FilterEvaluation.Find(view, filter, view.Live).Slots());
        // Once more over points that changed: what the indexes hold follows.
        foreach (var slot in view.Live.Slots().ToList())
        {
            var payload = view.Payload((slot + 1) % view.Capacity);
            view.Apply(new(view.Id(slot)) { Payload = new(payload) }, 2);
        }

        var after = view.Live.Slots().Where(slot => Passes(view, slot, filter)).ToList();
        Assert.Equal(after, FilterEvaluation.Find(view, filter, view.Live).Slots());
    }, iter: 2_000, seed: "0000000000001");

    [Fact]
    public async Task Conditions_of_a_nested_filter_hold_of_the_same_element()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync();
        await collection.UpsertAsync(
            Point(1, [1, 0, 0, 0], """{"diet":[{"food":"leaves","likes":false},{"food":"meat","likes":true}]}"""),
            Point(2, [1, 0, 0, 0], """{"diet":[{"food":"leaves","likes":true},{"food":"meat","likes":false}]}"""));
        Condition[] likesMeat = [Field("food", new MatchValue(Scalar.Of("meat"))), Field("likes", new MatchValue(Scalar.Of(true)))];
        var nested = collection.Scroll(Must(new Nested(PayloadPath.Parse("diet"), Must(likesMeat))), null, null, 10, Wanted.Nothing);
        Assert.Equal([1UL], nested.Points.Ids());
        var flat = collection.Scroll(Must(Field("diet[].food", new MatchValue(Scalar.Of("meat"))), Field("diet[].likes", new MatchValue(Scalar.Of(true)))), null, null, 10, Wanted.Nothing);
        Assert.Equal([1UL, 2], flat.Points.Ids());
    }

    [Fact]
    public async Task A_text_index_matches_words_and_their_order()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(with: config => config with { Fields = new Dictionary<string, FieldSchema> { ["t"] = new(FieldType.Text) } });
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"t":"The quick brown fox"}"""), Point(2, [1, 0, 0, 0], """{"t":"A brown, quick dog"}"""));
        ulong[] Find(string words, TextMatch how) => collection.Scroll(Must(Field("t", new MatchText(words, how))), null, null, 10, Wanted.Nothing).Points.Ids();
        Assert.Equal([1UL, 2], Find("BROWN quick", TextMatch.All));
        Assert.Equal([1UL], Find("quick brown", TextMatch.Phrase));
        Assert.Equal([2UL], Find("dog cat", TextMatch.Any));
        Assert.Empty(Find("bro", TextMatch.All));
    }

    // Point by point, with no index: what conditions mean.
    private static bool Passes(ShardView view, int slot, Filter filter)
    {
        bool Holds(Condition condition)
        {
            using var document = view.Document(slot);
            var values = new List<JsonElement>();
            switch (condition)
            {
                case FieldCondition field:
                    field.Path.Collect(document!.RootElement, values);
                    return FieldMatch.Passes(field.Tests, values, view.Fields.WordsOf(field.Path));
                case IsEmpty empty:
                    empty.Path.Collect(document!.RootElement, values);
                    return FieldMatch.IsEmpty(values);
                case IsNull isNull:
                    isNull.Path.Collect(document!.RootElement, values);
                    return FieldMatch.IsNull(values);
                case HasId has:
                    return has.Ids.Contains(view.Id(slot));
                case IdSlice slice:
                    return (int)(IdHash.Of(view.Id(slot)) % (ulong)slice.Parts) == slice.Part;
                default:
                    throw new ArgumentOutOfRangeException(nameof(condition));
            }
        }

        return filter.Must.All(Holds) && (filter.Should.Count == 0 || filter.Should.Any(Holds)) && !filter.MustNot.Any(Holds)
            && (filter.MinShould is not { } least || least.Conditions.Count(Holds) >= least.Count);
    }

    private static ShardView View(string[] payloads, bool declared)
    {
        var view = new ShardView(new()
        {
            Fields = declared
                ? new Dictionary<string, FieldSchema> { ["a"] = new(FieldType.Text), ["b.c"] = new(FieldType.Integer), ["b"] = new(FieldType.Keyword), ["a[]"] = new(FieldType.Float) }
                : new Dictionary<string, FieldSchema>(),
        });
        for (var i = 0; i < payloads.Length; i++)
            view.Apply(new(PointId.Of((ulong)i)) { Payload = new(System.Text.Encoding.UTF8.GetBytes(payloads[i])) }, 1);
        return view;
    }

    private static double Microseconds(int day) => (new DateTimeOffset(2024, 2, day, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).Ticks / 10d;
}
