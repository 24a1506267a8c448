namespace Orrery.Language.ChatTemplates.Running;

/// <summary>What a name that nobody set stands for: empty as text, false as a condition, a fault when its members are asked for.</summary>
internal sealed record Undefined(string What);

/// <summary>Jinja2's <c>namespace(…)</c>: the one thing whose members a loop may change for good.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);
}

/// <summary>The <c>loop</c> of a loop.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items)
{
    private object? _last = new Undefined("nothing yet");

    public int Index { get; set; }

    public object? Member(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => items.Count - Index - 1L,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        // The depth of a recursive loop, which is not supported; loops inside loops do not count.
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("'loop.previtem'"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("'loop.nextitem'"),
        "cycle" => new Function((_, arguments, line) =>
            arguments.Positional.Count > 0 ? arguments.Positional[Index % arguments.Positional.Count] : throw TemplateFault.At(line, "loop.cycle needs something to cycle through.")),
        "changed" => new Function((_, arguments, _) =>
        {
            var value = arguments.Positional.ToArray();
            var isChanged = !Comparing.AreEqual(_last, value);
            _last = value;
            return isChanged;
        }),
        _ => new Undefined($"'loop.{name}'"),
    };
}
