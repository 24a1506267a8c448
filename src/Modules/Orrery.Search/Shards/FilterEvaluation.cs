using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Search.Shards;

/// <summary>
/// Finds the slots that a filter lets through, exactly, so that whoever searches knows how many they are. Conditions that an index answers come first; those that
/// need payloads are asked about what is left.
/// </summary>
internal static class FilterEvaluation
{
    /// <summary>
    /// Fewer payloads than this are read faster than an index is worth its memory: a small payload takes about a microsecond.
    /// </summary>
    private const int FewestForIndex = 500;

    /// <summary>The slots among <paramref name="candidates"/> that pass.</summary>
    public static SlotSet Find(ShardView view, Filter filter, SlotSet candidates)
    {
        var found = candidates;
        foreach (var condition in filter.Must.OrderBy(Cost))
            found = Find(view, condition, found);
        if (filter.Should.Count > 0)
            found = Union(view, filter.Should, found);
        if (filter.MinShould is { } least)
            found = AtLeast(view, least, found);
        foreach (var condition in filter.MustNot.OrderBy(Cost))
            found = found.AndNot(Find(view, condition, found));
        return found;
    }

    private static int Cost(Condition condition) => condition switch
    {
        HasId or HasVector => 0,
        FieldCondition => 1,
        Nested => 3,
        _ => 2,
    };

    private static SlotSet Union(ShardView view, IReadOnlyList<Condition> conditions, SlotSet candidates)
    {
        var union = new SlotSet(view.Capacity);
        foreach (var condition in conditions)
            union.UnionWith(Find(view, condition, candidates));
        return union;
    }

    private static SlotSet AtLeast(ShardView view, MinShould least, SlotSet candidates)
    {
        if (least.Count <= 0)
            return candidates;
        var counts = new Dictionary<int, int>();
        foreach (var condition in least.Conditions)
        {
            foreach (var slot in Find(view, condition, candidates).Slots())
                counts[slot] = counts.GetValueOrDefault(slot) + 1;
        }

        return Where(view, counts.Keys, slot => counts[slot] >= least.Count);
    }

    private static SlotSet Find(ShardView view, Condition condition, SlotSet candidates) => condition switch
    {
        HasId has => Ids(view, has, candidates),
        HasVector has => view.Columns.TryGetValue(has.Name, out var column) ? candidates.And(column.Present) : new(0),
        SubFilter sub => Find(view, sub.Filter, candidates),
        FieldCondition field => Field(view, field, candidates),
        IsEmpty empty => Payloads(view, candidates, empty.Path, values => FieldMatch.IsEmpty(values)),
        IsNull isNull => Payloads(view, candidates, isNull.Path, values => FieldMatch.IsNull(values)),
        Nested nested => Documents(view, candidates, payload => Passes(payload, nested, view)),
        IdSlice slice => Where(view, candidates.Slots(), slot => Contains(slice, view.Id(slot))),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Expected a known condition."),
    };

    private static bool Contains(IdSlice slice, Points.PointId id) => (int)(IdHash.Of(id) % (ulong)slice.Parts) == slice.Part;

    private static SlotSet Ids(ShardView view, HasId has, SlotSet candidates)
    {
        var found = new SlotSet(view.Capacity);
        foreach (var id in has.Ids)
        {
            if (view.TryFind(id, out var slot) && candidates[slot])
                found.Add(slot);
        }

        return found;
    }

    private static SlotSet Field(ShardView view, FieldCondition field, SlotSet candidates)
    {
        var left = field.Tests.ToList();
        var found = new SlotSet(view.Capacity);
        if (view.Config.Fields.ContainsKey(field.Path.Text) || candidates.Count >= FewestForIndex)
        {
            var index = view.Fields.Get(field.Path);
            left.RemoveAll(test =>
            {
                if (index.Find(test, view.Capacity) is not { } some)
                    return false;
                found.UnionWith(some);
                return true;
            });
        }

        found = found.And(candidates);
        if (left.Count > 0)
        {
            var words = view.Fields.WordsOf(field.Path);
            found.UnionWith(Payloads(view, candidates.AndNot(found), field.Path, values => FieldMatch.Passes(left, values, words)));
        }

        return found;
    }

    private static SlotSet Payloads(ShardView view, SlotSet candidates, PayloadPath path, Predicate<List<JsonElement>> passes)
    {
        var values = new List<JsonElement>();
        return Documents(view, candidates, payload =>
        {
            values.Clear();
            path.Collect(payload, values);
            return passes(values);
        });
    }

    private static SlotSet Documents(ShardView view, SlotSet candidates, Predicate<JsonElement> passes) => Where(view, candidates.Slots(), slot =>
    {
        using var document = view.Document(slot);
        return passes(document?.RootElement ?? default);
    });

    private static SlotSet Where(ShardView view, IEnumerable<int> slots, Predicate<int> passes)
    {
        var found = new SlotSet(view.Capacity);
        foreach (var slot in slots)
        {
            if (passes(slot))
                found.Add(slot);
        }

        return found;
    }

    private static bool Passes(JsonElement payload, Nested nested, ShardView view)
    {
        var elements = new List<JsonElement>();
        nested.Path.Elements().Collect(payload, elements);
        return elements.Exists(element => element.ValueKind == JsonValueKind.Object && NestedFilter.Passes(element, nested.Filter, nested.Path, view));
    }
}
