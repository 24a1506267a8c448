using Orrery.Language.ChatTemplates.Running;

namespace Orrery.Language.ChatTemplates.Syntax;

internal sealed record Text(string Content, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => frame.Append(Content, Line);
}

internal sealed record Output(Expression Shown, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => frame.Append(Values.Text(Shown.Value(frame)), Line);
}

internal sealed record Block(IReadOnlyList<Node> Parts, int Line) : Node(Line)
{
    protected override void Run(Frame frame)
    {
        foreach (var part in Parts)
            part.Write(frame);
    }
}

internal sealed record If(IReadOnlyList<(Expression Condition, Node Body)> Branches, Node? Else, int Line) : Node(Line)
{
    protected override void Run(Frame frame)
    {
        foreach (var (condition, body) in Branches)
        {
            if (Values.IsTrue(condition.Value(frame)))
            {
                body.Write(frame);
                return;
            }
        }

        Else?.Write(frame);
    }
}

internal sealed record For(IReadOnlyList<string> Names, Expression Source, Expression? Filter, Node Body, Node? Else, int Line) : Node(Line)
{
    protected override void Run(Frame frame)
    {
        var outer = frame.Scope;
        var items = Values.Items(Source.Value(frame), Line);
        if (Filter is not null)
            items = [.. items.Where(item => Bound(frame, outer, item, () => Values.IsTrue(Filter.Value(frame))))];
        if (items.Count == 0)
            Else?.Write(frame);
        var loop = new LoopState(items);
        for (; loop.Index < items.Count; loop.Index++)
        {
            var isDone = Bound(frame, outer, items[loop.Index], () => WriteOnce(frame, loop));
            if (isDone)
                break;
        }
    }

    private bool WriteOnce(Frame frame, LoopState loop)
    {
        frame.Scope.Set("loop", loop);
        try
        {
            Body.Write(frame);
            return false;
        }
        catch (LoopSignal signal)
        {
            return signal.Breaks;
        }
    }

    private T Bound<T>(Frame frame, Scope outer, object? item, Func<T> work)
    {
        frame.Scope = new Scope(outer);
        try
        {
            Assignment.Bind(frame.Scope, Names, item, Line);
            return work();
        }
        finally
        {
            frame.Scope = outer;
        }
    }
}

internal sealed record LoopControl(bool Breaks, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => throw new LoopSignal(Breaks);
}

/// <summary><c>set a = …</c>, <c>set a, b = …</c>, <c>set box.a = …</c> on a namespace.</summary>
internal sealed record Assignment(IReadOnlyList<string> Names, string? Member, Expression Assigned, int Line) : Node(Line)
{
    public static void Bind(Scope scope, IReadOnlyList<string> names, object? value, int line)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], value);
            return;
        }

        var items = Values.Items(value, line);
        if (items.Count != names.Count)
            throw TemplateFault.At(line, $"{names.Count} names cannot take {items.Count} values.");
        for (var i = 0; i < names.Count; i++)
            scope.Set(names[i], items[i]);
    }

    protected override void Run(Frame frame)
    {
        var value = Assigned.Value(frame);
        if (Member is null)
            Bind(frame.Scope, Names, value, Line);
        else if (frame.Scope.Find(Names[0]) is Namespace box)
            box.Members[Member] = value;
        else
            throw TemplateFault.At(Line, $"'{Names[0]}' is not a namespace; only a namespace's members can be set.");
    }
}

/// <summary><c>set a</c> … <c>endset</c>: the text of the block, perhaps through filters.</summary>
internal sealed record Capture(string Name, Func<Expression, Expression> Filters, Node Body, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => frame.Scope.Set(Name, Filters(new Constant(frame.Capture(Body), Line)).Value(frame));
}

/// <summary><c>filter upper</c> … <c>endfilter</c>.</summary>
internal sealed record Filtered(Func<Expression, Expression> Filters, Node Body, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => frame.Append(Values.Text(Filters(new Constant(frame.Capture(Body), Line)).Value(frame)), Line);
}

internal sealed record MacroDefinition(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Node Body, int Line) : Node(Line)
{
    protected override void Run(Frame frame) => frame.Scope.Set(Name, new Macro(this, frame.Scope));
}

/// <summary><c>call name(…)</c> … <c>endcall</c>: the macro finds the block as <c>caller()</c>.</summary>
internal sealed record CallBlock(Call Called, IReadOnlyList<string> Parameters, Node Body, int Line) : Node(Line)
{
    protected override void Run(Frame frame)
    {
        var definition = new MacroDefinition("caller", [.. Parameters.Select(name => (name, (Expression?)null))], Body, Line);
        frame.Append(Values.Text(Called.With("caller", new Macro(definition, frame.Scope)).Value(frame)), Line);
    }
}
