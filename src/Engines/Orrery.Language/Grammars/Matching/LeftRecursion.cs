using Orrery.Kernel;

namespace Orrery.Language.Grammars.Matching;

/// <summary>Finds rules that call themselves before they read a byte: the automaton would expand them for ever.</summary>
internal static class LeftRecursion
{
    public static void Refuse(Productions productions, IReadOnlyDictionary<string, int> names)
    {
        var mayBeEmpty = Empty(productions);
        var edges = productions.Alternatives.Select(alternatives => alternatives.SelectMany(start => Leading(productions, start, mayBeEmpty)).Distinct().ToArray()).ToArray();
        // 0: not seen, 1: on the path, 2: done. The path is a stack of its own, since a grammar may be deeper than .NET's.
        var marks = new byte[edges.Length];
        for (var rule = 0; rule < edges.Length; rule++)
        {
            var path = new Stack<(int Rule, int Next)>();
            if (marks[rule] == 0)
                path.Push((rule, 0));
            while (path.TryPop(out var step))
            {
                marks[step.Rule] = 1;
                if (step.Next == edges[step.Rule].Length)
                {
                    marks[step.Rule] = 2;
                    continue;
                }

                path.Push(step with { Next = step.Next + 1 });
                var child = edges[step.Rule][step.Next];
                if (marks[child] == 1)
                    throw Refusal(path.Select(entry => entry.Rule).Append(child), names);
                if (marks[child] == 0)
                    path.Push((child, 0));
            }
        }
    }

    private static InvalidException Refusal(IEnumerable<int> path, IReadOnlyDictionary<string, int> names)
    {
        var rules = path.ToHashSet();
        var name = names.FirstOrDefault(pair => rules.Contains(pair.Value)).Key;
        return new InvalidException($"The grammar's rule '{name ?? "root"}' calls itself before it reads anything (left recursion); write the repeated part first, as in: list ::= item (\",\" item)*.");
    }

    private static bool[] Empty(Productions productions)
    {
        var empty = new bool[productions.Alternatives.Length];
        for (var changed = true; changed;)
        {
            changed = false;
            for (var rule = 0; rule < empty.Length; rule++)
            {
                if (!empty[rule] && productions.Alternatives[rule].Any(start => Leads(productions, start, empty) == Productions.End))
                    empty[rule] = changed = true;
            }
        }

        return empty;
    }

    /// <summary>The first symbol of an alternative that is not an empty rule.</summary>
    private static int Leads(Productions productions, int start, bool[] empty)
    {
        while (productions.Symbols[start] < 0 && empty[~productions.Symbols[start]])
            start++;
        return productions.Symbols[start];
    }

    private static IEnumerable<int> Leading(Productions productions, int start, bool[] empty)
    {
        for (; productions.Symbols[start] < 0; start++)
        {
            yield return ~productions.Symbols[start];
            if (!empty[~productions.Symbols[start]])
                yield break;
        }
    }
}
