using Orrery.Language.ChatTemplates.Running;

namespace Orrery.Language.ChatTemplates.Syntax;

/// <summary>A part of a template that writes.</summary>
internal abstract record Node(int Line)
{
    public void Write(Frame frame)
    {
        frame.Step(Line);
        Run(frame);
    }

    protected abstract void Run(Frame frame);
}

/// <summary>A part of a template that has a value: null, bool, long, double, string, list, tuple, mapping, callable or undefined.</summary>
internal abstract record Expression(int Line)
{
    public object? Value(Frame frame)
    {
        frame.Step(Line);
        return Evaluate(frame);
    }

    protected abstract object? Evaluate(Frame frame);
}
