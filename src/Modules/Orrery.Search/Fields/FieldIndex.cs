using System.Text.Json;
using Orrery.Search.Filters;
using Orrery.Search.Shards;

namespace Orrery.Search.Fields;

/// <summary>
/// All values at one path, the other way round: which slots have them. One index serves every type, because a payload's values have the types that they have.
/// </summary>
internal sealed class FieldIndex(PayloadPath path, WordRules? words)
{
    private readonly Dictionary<Scalar, HashSet<int>> _scalars = [];
    private readonly Dictionary<string, HashSet<int>> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<GeoPoint>> _places = [];
    private readonly SortedColumn _numbers = new();
    private readonly SortedColumn _moments = new();
    private readonly SlotSet _filled = new(64);
    private readonly SlotSet _null = new(64);

    /// <summary>Where its values stand.</summary>
    public PayloadPath Path => path;

    /// <summary>How it cuts texts; null where it has no words.</summary>
    public WordRules? Words => words;

    /// <summary>The slots that have a value there.</summary>
    public SlotSet Filled => _filled;

    /// <summary>The values that can be matched, with their slots.</summary>
    public IReadOnlyDictionary<Scalar, HashSet<int>> Scalars => _scalars;

    /// <summary>The values in order: numbers, or moments where there are no numbers.</summary>
    public SortedColumn Ordered(bool moments) => moments ? _moments : _numbers;

    public void Add(int slot, JsonElement payload) => Change(slot, payload, add: true);

    public void Remove(int slot, JsonElement payload)
    {
        Change(slot, payload, add: false);
        _filled.Remove(slot);
        _null.Remove(slot);
        _places.Remove(slot);
        _numbers.Remove(slot);
        _moments.Remove(slot);
    }

    /// <summary>The slots that pass; null where the index cannot say.</summary>
    public SlotSet? Find(FieldTest test, int capacity)
    {
        var found = new SlotSet(capacity);
        switch (test)
        {
            case MatchValue match:
                AddAll(found, match.Value);
                return found;
            case MatchAny match:
                foreach (var value in match.Values)
                    AddAll(found, value);
                return found;
            case MatchPrefix match:
                foreach (var value in _scalars.Keys.Where(value => value.Text?.StartsWith(match.Beginning, StringComparison.Ordinal) == true))
                    AddAll(found, value);
                return found;
            case NumberRange range:
                AddRange(found, _numbers, range);
                return found;
            case MomentRange range:
                AddRange(found, _moments, range.Microseconds);
                return found;
            case MatchText { How: not TextMatch.Phrase } match when words is not null:
                return FindWords(match, capacity);
            case GeoBox box:
                return FindPlaces(found, place => Geo.Contains(box, place));
            case GeoRadius radius:
                return FindPlaces(found, place => Geo.Meters(radius.Center, place) <= radius.Meters);
            case GeoPolygon polygon:
                return FindPlaces(found, place => Geo.Contains(polygon, place));
            case NullTest { Null: true }:
                return _null;
            case EmptyTest { Empty: false }:
                return _filled;
            default:
                return null;
        }
    }

    private SlotSet FindPlaces(SlotSet found, Func<GeoPoint, bool> contains)
    {
        foreach (var (slot, places) in _places)
        {
            if (places.Exists(place => contains(place)))
                found.Add(slot);
        }

        return found;
    }

    private SlotSet FindWords(MatchText match, int capacity)
    {
        var found = new SlotSet(capacity);
        IEnumerable<int>? slots = null;
        foreach (var word in Filters.Words.Of(match.Words, words!))
        {
            var with = _words.GetValueOrDefault(word) ?? [];
            slots = slots is null ? with : match.How == TextMatch.Any ? slots.Union(with) : slots.Intersect(with);
        }

        foreach (var slot in slots ?? [])
            found.Add(slot);
        return found;
    }

    private void AddAll(SlotSet found, Scalar value)
    {
        foreach (var slot in _scalars.GetValueOrDefault(value) ?? [])
            found.Add(slot);
    }

    private static void AddRange(SlotSet found, SortedColumn column, NumberRange range)
    {
        var sorted = column.Sorted();
        var from = 0;
        if (range.Gte is { } gte)
            from = SortedColumn.Find(sorted, gte, after: false);
        if (range.Gt is { } gt)
            from = Math.Max(from, SortedColumn.Find(sorted, gt, after: true));
        for (var i = from; i < sorted.Length && range.Contains(sorted[i].Value); i++)
            found.Add(sorted[i].Slot);
    }

    private void Change(int slot, JsonElement payload, bool add)
    {
        var values = new List<JsonElement>();
        path.Collect(payload, values);
        if (add && !FieldMatch.IsEmpty(values))
            _filled.Add(slot);
        if (add && FieldMatch.IsNull(values))
            _null.Add(slot);
        foreach (var value in values)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                Change(slot, add, value);
                continue;
            }

            foreach (var element in value.EnumerateArray())
                Change(slot, add, element);
        }
    }

    private void Change(int slot, bool add, JsonElement value)
    {
        if (FieldMatch.TryScalar(value, out var scalar))
            Change(_scalars, scalar, slot, add);
        if (value.ValueKind == JsonValueKind.String && words is not null)
        {
            foreach (var word in Filters.Words.Indexed(value.GetString()!, words))
                Change(_words, word, slot, add);
        }

        if (!add)
            return; // The rest is removed by slot.
        if (value.ValueKind == JsonValueKind.Number)
            _numbers.Add(slot, value.GetDouble());
        else if (Moments.TryRead(value, out var microseconds))
            _moments.Add(slot, microseconds);
        else if (FieldMatch.TryPlace(value, out var place))
        {
            if (!_places.TryGetValue(slot, out var places))
                _places.Add(slot, places = []);
            places.Add(place);
        }
    }

    private static void Change<TKey>(Dictionary<TKey, HashSet<int>> postings, TKey key, int slot, bool add) where TKey : notnull
    {
        if (!postings.TryGetValue(key, out var slots))
        {
            if (!add)
                return;
            postings.Add(key, slots = []);
        }

        if (add)
            slots.Add(slot);
        else if (slots.Remove(slot) && slots.Count == 0)
            postings.Remove(key);
    }
}
