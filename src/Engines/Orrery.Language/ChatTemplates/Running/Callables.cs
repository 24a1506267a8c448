using Orrery.Language.ChatTemplates.Syntax;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>What a template can call.</summary>
internal interface ICallable
{
    object? Call(Frame frame, Arguments arguments, int line);
}

/// <summary>The arguments of a call.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    public static Arguments None { get; } = new([], new Dictionary<string, object?>());

    public static Arguments Of(Call? call, Frame frame) => call is null
        ? None
        : new([.. call.Positional.Select(part => part.Value(frame))], call.Named.ToDictionary(part => part.Name, part => part.Value.Value(frame), StringComparer.Ordinal));

    /// <summary>The argument at a place or of a name; undefined where it was not given.</summary>
    public object? this[int place, string name] =>
        place >= 0 && place < Positional.Count ? Positional[place] : Named.TryGetValue(name, out var value) ? value : new Undefined($"the argument '{name}'");

    public bool Has(int place, string name) => place < Positional.Count || Named.ContainsKey(name);

    public string Text(int place, string name, string otherwise) => Has(place, name) ? Values.Text(this[place, name]) : otherwise;

    public long Integer(int place, string name, long otherwise, int line) =>
        !Has(place, name) || this[place, name] is null ? otherwise : this[place, name] is long value ? value : throw TemplateFault.At(line, $"the argument '{name}' must be an integer.");
}

/// <summary>A function of the host.</summary>
internal sealed class Function(Func<Frame, Arguments, int, object?> body) : ICallable
{
    public object? Call(Frame frame, Arguments arguments, int line) => body(frame, arguments, line);
}

/// <summary>A macro with the scope that it was defined in.</summary>
internal sealed class Macro(MacroDefinition definition, Scope scope) : ICallable
{
    public object? Call(Frame frame, Arguments arguments, int line)
    {
        if (arguments.Positional.Count > definition.Parameters.Count)
            throw TemplateFault.At(line, $"the macro '{definition.Name}' takes {definition.Parameters.Count} arguments, not {arguments.Positional.Count}.");
        var inner = new Scope(scope);
        inner.Set("caller", arguments.Named.GetValueOrDefault("caller") ?? new Undefined("'caller'"));
        for (var i = 0; i < definition.Parameters.Count; i++)
        {
            var (name, otherwise) = definition.Parameters[i];
            inner.Set(name, arguments.Has(i, name) || otherwise is null ? arguments[i, name] : otherwise.Value(frame));
        }

        return frame.Call(definition.Body, inner, line);
    }
}
