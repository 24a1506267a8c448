using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Filters;

namespace Orrery.Search.Shards;

/// <summary>A filter over one element of an array: all its conditions hold of the same element.</summary>
internal static class NestedFilter
{
    public static bool Passes(JsonElement element, Filter filter, PayloadPath parent, ShardView view)
    {
        bool Holds(Condition condition) => Passes(element, condition, parent, view);
        return filter.Must.All(Holds)
            && (filter.Should.Count == 0 || filter.Should.Any(Holds))
            && !filter.MustNot.Any(Holds)
            && (filter.MinShould is not { } least || least.Conditions.Count(Holds) >= least.Count);
    }

    private static bool Passes(JsonElement element, Condition condition, PayloadPath parent, ShardView view)
    {
        switch (condition)
        {
            case FieldCondition field:
                return FieldMatch.Passes(field.Tests, At(element, field.Path), view.Fields.WordsOf(field.Path.Below(parent.Elements())));
            case IsEmpty empty:
                return FieldMatch.IsEmpty(At(element, empty.Path));
            case IsNull isNull:
                return FieldMatch.IsNull(At(element, isNull.Path));
            case SubFilter sub:
                return Passes(element, sub.Filter, parent, view);
            case Nested nested:
                return At(element, nested.Path.Elements()).Exists(inner =>
                    inner.ValueKind == JsonValueKind.Object && Passes(inner, nested.Filter, nested.Path.Below(parent.Elements()), view));
            default:
                throw new InvalidException("Expected conditions on fields within a nested filter; ids and vectors belong to the point, not to the element.");
        }
    }

    private static List<JsonElement> At(JsonElement element, PayloadPath path)
    {
        var values = new List<JsonElement>();
        path.Collect(element, values);
        return values;
    }
}
