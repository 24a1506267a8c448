namespace Orrery.Language.ChatTemplates.Syntax;

internal enum Lexeme
{
    Text,
    OpenExpression,
    CloseExpression,
    OpenStatement,
    CloseStatement,
    Name,
    String,
    Integer,
    Number,
    Sign,
    End,
}

/// <summary>A token of a template and the line on which it begins.</summary>
internal readonly record struct Token(Lexeme Kind, string Text, int Line)
{
    public bool Is(string sign) => Kind == Lexeme.Sign && Text == sign;

    public bool IsName(string name) => Kind == Lexeme.Name && Text == name;
}
