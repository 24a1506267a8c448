using System.Text;
using Orrery.Kernel;

namespace Orrery.Language.Grammars.Matching;

/// <summary>Rules as they are written to productions over bytes: classes become byte ranges, repeats become rules of their own.</summary>
internal sealed class ProductionBuilder
{
    /// <summary>A schema that asks for a text of up to a million characters would be a million rules.</summary>
    private const int MaxSymbols = 400_000;

    private readonly List<int> _symbols = [];
    private readonly List<List<int>> _alternatives = [];
    private readonly List<ByteSet> _sets = [];
    private readonly Dictionary<ByteSet, int> _setIds = [];
    private readonly Dictionary<string, int> _ruleIds = new(StringComparer.Ordinal);

    /// <exception cref="InvalidException">The root or a rule is missing, a rule calls itself at its own beginning, or the grammar is too large.</exception>
    public static Productions Build(string root, IReadOnlyDictionary<string, Pattern> rules)
    {
        if (!rules.ContainsKey(root))
            throw new InvalidException($"The grammar has no rule '{root}'.");
        var builder = new ProductionBuilder();
        foreach (var name in rules.Keys.Where(name => name != root).Prepend(root))
            builder._ruleIds[name] = builder.NewRule();
        foreach (var (name, pattern) in rules)
            builder.AddAlternatives(builder._ruleIds[name], pattern);
        var productions = new Productions([.. builder._symbols], [.. builder._alternatives.Select(list => list.ToArray())], [.. builder._sets]);
        LeftRecursion.Refuse(productions, builder._ruleIds);
        return productions;
    }

    private int NewRule()
    {
        _alternatives.Add([]);
        return _alternatives.Count - 1;
    }

    private void AddAlternatives(int rule, Pattern pattern)
    {
        foreach (var choice in pattern is Choice choices ? choices.Choices : [pattern])
            AddAlternative(rule, Symbols(choice));
    }

    private void AddAlternative(int rule, IEnumerable<int> symbols)
    {
        // The symbols of a nested part come first, then the alternative is written in one piece.
        var run = symbols.ToList();
        if (_symbols.Count + run.Count > MaxSymbols)
            throw new InvalidException($"The grammar is too large: it needs more than {MaxSymbols} symbols. Ask for shorter texts or fewer repeats.");
        _alternatives[rule].Add(_symbols.Count);
        _symbols.AddRange(run);
        _symbols.Add(Productions.End);
    }

    private List<int> Symbols(Pattern pattern) => pattern switch
    {
        Literal literal => [.. Encoding.UTF8.GetBytes(literal.Text).Select(value => Set(value, value))],
        Sequence sequence => [.. sequence.Parts.SelectMany(Symbols)],
        Reference reference => [~(_ruleIds.TryGetValue(reference.Rule, out var id) ? id : throw new InvalidException($"The grammar speaks of a rule '{reference.Rule}' that it does not have."))],
        CharacterClass characters => Class(characters),
        Repeat repeat => Repeated(repeat),
        _ => [~Own(pattern)],
    };

    private int Own(Pattern pattern)
    {
        var rule = NewRule();
        AddAlternatives(rule, pattern);
        return rule;
    }

    private List<int> Class(CharacterClass characters)
    {
        var ranges = Merged(characters);
        if (ranges.Count == 0)
            throw new InvalidException("The grammar has a class without characters.");
        if (ranges.All(range => range.Last <= 0x7F))
            return [Set(ranges)];
        var rule = NewRule();
        foreach (var bytes in ranges.SelectMany(range => Utf8Ranges.Of(range.First, range.Last)))
            AddAlternative(rule, bytes.Select(range => Set(range.First, range.Last)));
        return [~rule];
    }

    private static List<(int First, int Last)> Merged(CharacterClass characters)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in characters.Ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }

        if (!characters.IsNegated)
            return merged;
        var rest = new List<(int, int)>();
        var next = 0;
        foreach (var (first, last) in merged)
        {
            if (next < first)
                rest.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= 0x10FFFF)
            rest.Add((next, 0x10FFFF));
        return rest;
    }

    private List<int> Repeated(Repeat repeat)
    {
        if (Math.Max(repeat.Least, repeat.Most ?? 0) > MaxSymbols)
            throw new InvalidException($"The grammar repeats a part {Math.Max(repeat.Least, repeat.Most ?? 0)} times; at most {MaxSymbols} are possible.");
        var part = Symbols(repeat.Part);
        if (part.Count != 1)
        {
            var rule = NewRule();
            AddAlternative(rule, part);
            part = [~rule];
        }

        var symbols = Enumerable.Repeat(part[0], repeat.Least).ToList();
        if (repeat.Most is null)
        {
            var more = NewRule();
            AddAlternative(more, []);
            AddAlternative(more, [part[0], ~more]);
            symbols.Add(~more);
        }
        else if (repeat.Most > repeat.Least)
        {
            symbols.Add(~Optional(part[0], repeat.Most.Value - repeat.Least));
        }

        return symbols;
    }

    /// <summary>Up to so many: each is a rule that may end or go on with the one before.</summary>
    private int Optional(int part, int most)
    {
        var rule = -1;
        for (var i = 0; i < most; i++)
        {
            var next = NewRule();
            AddAlternative(next, []);
            AddAlternative(next, rule < 0 ? [part] : [part, ~rule]);
            rule = next;
        }

        return rule;
    }

    private int Set(int first, int last) => Set([(first, last)]);

    private int Set(IReadOnlyList<(int First, int Last)> ranges)
    {
        var set = ranges.Select(range => ByteSet.Range(range.First, range.Last)).Aggregate((a, b) => new ByteSet(a.A | b.A, a.B | b.B, a.C | b.C, a.D | b.D));
        if (!_setIds.TryGetValue(set, out var id))
        {
            id = _sets.Count;
            _sets.Add(set);
            _setIds[set] = id;
        }

        return id;
    }
}
