using System.Text;
using Orrery.Language.ChatTemplates.Syntax;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>One rendering: where it stands, what it wrote, how much it may still do.</summary>
internal sealed class Frame(ChatTemplateLimits limits, Scope scope)
{
    /// <summary>Macros may call themselves; each call takes about a kilobyte of stack.</summary>
    private const int MaxCalls = 100;

    private long _steps;
    private int _calls;

    public StringBuilder Output { get; private set; } = new();

    public Scope Scope { get; set; } = scope;

    public void Step(int line)
    {
        if (++_steps > limits.MaxSteps)
            throw TemplateFault.At(line, $"it takes more than {limits.MaxSteps} steps.");
    }

    public void Append(string text, int line)
    {
        CheckLength((long)Output.Length + text.Length, line);
        Output.Append(text);
    }

    /// <summary>Work of a filter counts with the length of what it makes.</summary>
    public void CheckLength(long length, int line)
    {
        if (length > limits.MaxLength)
            throw TemplateFault.At(line, $"it writes more than {limits.MaxLength} characters.");
        _steps += length / 64;
    }

    /// <summary>What a part writes, as a text.</summary>
    public string Capture(Node body)
    {
        var outer = Output;
        Output = new StringBuilder();
        try
        {
            body.Write(this);
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>Writes a part in a scope of its own.</summary>
    public string Call(Node body, Scope scope, int line)
    {
        if (_calls >= MaxCalls)
            throw TemplateFault.At(line, $"macros call each other more than {MaxCalls} deep.");
        var outer = Scope;
        Scope = scope;
        _calls++;
        try
        {
            return Capture(body);
        }
        finally
        {
            _calls--;
            Scope = outer;
        }
    }
}

/// <summary>Names and what they stand for; a loop's or macro's scope sees the one around it, and leaves it as it is.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _names = new(StringComparer.Ordinal);

    public Scope(IReadOnlyDictionary<string, object?> names)
        : this((Scope?)null)
    {
        foreach (var (name, value) in names)
            _names[name] = value;
    }

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._names.TryGetValue(name, out var value))
                return value;
        }

        return new Undefined($"'{name}'");
    }

    public void Set(string name, object? value) => _names[name] = value;

    private Scope? Outer { get; } = outer;
}

/// <summary>Leaves a loop, or its body.</summary>
internal sealed class LoopSignal(bool breaks) : Exception
{
    public bool Breaks { get; } = breaks;
}
