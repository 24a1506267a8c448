namespace Orrery.Language.ChatTemplates.Syntax;

/// <summary>Statements of a template; <see cref="ExpressionParser"/> reads what stands in them.</summary>
internal sealed class Parser(List<Token> tokens) : ExpressionParser(tokens)
{
    public Node ParseTemplate()
    {
        var body = ParseUntil();
        return Peek.Kind == Lexeme.End ? body : throw TemplateFault.At(Peek.Line, $"'{Ahead.Text}' closes nothing.");
    }

    /// <summary>Parts up to one of these statements, which is left to be read.</summary>
    private Block ParseUntil(params string[] ends)
    {
        using var depth = Deeper();
        var parts = new List<Node>();
        var line = Peek.Line;
        while (Peek.Kind != Lexeme.End)
        {
            if (Peek.Kind == Lexeme.Text)
            {
                var text = Take();
                parts.Add(new Text(text.Text, text.Line));
            }
            else if (Peek.Kind == Lexeme.OpenExpression)
            {
                var open = Take();
                parts.Add(new Output(ParseExpression(), open.Line));
                Expect(Lexeme.CloseExpression, "}}");
            }
            else if (Ahead.Kind == Lexeme.Name && (ends.Contains(Ahead.Text) || Ahead.Text.StartsWith("end", StringComparison.Ordinal) || Ahead.Text is "else" or "elif"))
            {
                break;
            }
            else
            {
                parts.Add(ParseStatement());
            }
        }

        return new Block(parts, line);
    }

    private Node ParseStatement()
    {
        var line = Take().Line;
        var name = ExpectName();
        return name switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => ParseMacro(line),
            "call" => ParseCall(line),
            "filter" => ParseFilter(line),
            "generation" => ParsePlain(),
            "break" or "continue" => ParseLoopControl(name, line),
            _ => throw TemplateFault.At(line, $"the statement '{name}' is not supported; supported are if, for, set, macro, call, filter, generation, break, continue, raw."),
        };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, Node)>();
        do
        {
            var condition = ParseExpression();
            Close();
            branches.Add((condition, ParseUntil("elif", "else", "endif")));
        }
        while (TryTakeStatement("elif"));
        Node? otherwise = null;
        if (TryTakeStatement("else"))
        {
            Close();
            otherwise = ParseUntil("endif");
        }

        CloseWith("endif", line);
        return new If(branches, otherwise, line);
    }

    private For ParseFor(int line)
    {
        var names = ParseNames();
        ExpectWord("in");
        var source = ParseWithoutCondition();
        var filter = TryTakeWord("if") ? ParseExpression() : null;
        if (TryTakeWord("recursive"))
            throw TemplateFault.At(line, "recursive loops are not supported.");
        Close();
        var body = ParseUntil("else", "endfor");
        Node? otherwise = null;
        if (TryTakeStatement("else"))
        {
            Close();
            otherwise = ParseUntil("endfor");
        }

        CloseWith("endfor", line);
        return new For(names, source, filter, body, otherwise, line);
    }

    private Node ParseSet(int line)
    {
        var names = ParseNames();
        var member = names.Count == 1 && TryTake(".") ? ExpectName() : null;
        if (TryTake("="))
        {
            var value = ParseTuple();
            Close();
            return new Assignment(names, member, value, line);
        }

        var filters = ParseFilters();
        Close();
        var body = ParseUntil("endset");
        CloseWith("endset", line);
        return names.Count == 1 && member is null ? new Capture(names[0], filters, body, line) : throw TemplateFault.At(line, "a block can be set to one name only.");
    }

    private MacroDefinition ParseMacro(int line)
    {
        var name = ExpectName();
        var parameters = new List<(string, Expression?)>();
        Expect("(");
        while (!TryTake(")"))
        {
            var parameter = ExpectName();
            parameters.Add((parameter, TryTake("=") ? ParseExpression() : null));
            if (!Peek.Is(")"))
                Expect(",");
        }

        Close();
        var body = ParseUntil("endmacro");
        CloseWith("endmacro", line);
        return new MacroDefinition(name, parameters, body, line);
    }

    private CallBlock ParseCall(int line)
    {
        IReadOnlyList<string> parameters = [];
        if (TryTake("("))
        {
            parameters = ParseNames();
            Expect(")");
        }

        var called = ParseExpression() as Call ?? throw TemplateFault.At(line, "a call block must call a macro.");
        Close();
        var body = ParseUntil("endcall");
        CloseWith("endcall", line);
        return new CallBlock(called, parameters, body, line);
    }

    private Filtered ParseFilter(int line)
    {
        var filters = ParseFilters(isFirstNamed: true);
        Close();
        var body = ParseUntil("endfilter");
        CloseWith("endfilter", line);
        return new Filtered(filters, body, line);
    }

    /// <summary>Hugging Face's mark of what the assistant wrote; it renders as its contents.</summary>
    private Block ParsePlain()
    {
        var line = Peek.Line;
        Close();
        var body = ParseUntil("endgeneration");
        CloseWith("endgeneration", line);
        return body;
    }

    private LoopControl ParseLoopControl(string name, int line)
    {
        Close();
        return new LoopControl(name == "break", line);
    }

    private List<string> ParseNames()
    {
        var hasParentheses = TryTake("(");
        var names = new List<string> { ExpectName() };
        while (TryTake(",") && Peek.Kind == Lexeme.Name)
            names.Add(ExpectName());
        if (hasParentheses)
            Expect(")");
        return names;
    }

    private void Close() => Expect(Lexeme.CloseStatement, "%}");

    private bool TryTakeStatement(string name)
    {
        if (Peek.Kind != Lexeme.OpenStatement || !Ahead.IsName(name))
            return false;
        Take();
        Take();
        return true;
    }

    private void CloseWith(string name, int line)
    {
        if (!TryTakeStatement(name))
            throw TemplateFault.At(line, $"the block that begins here is not closed with '{name}'.");
        // Jinja lets a block's name follow.
        if (Peek.Kind == Lexeme.Name)
            Take();
        Close();
    }
}
