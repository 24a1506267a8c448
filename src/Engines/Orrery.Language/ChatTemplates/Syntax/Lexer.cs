using System.Globalization;
using System.Text;

namespace Orrery.Language.ChatTemplates.Syntax;

/// <summary>
/// Cuts a template into text and tokens, with Jinja2's white space rules as Hugging Face sets them: a line end after a statement goes, and so does the
/// space before a statement that begins its line; <c>-</c> takes all space on its side, <c>+</c> none.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] Signs =
        ["==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;

    private Lexer(string source) => _source = source;

    public static List<Token> Read(string source)
    {
        source = source.ReplaceLineEndings("\n");
        // Jinja2 drops one line end at the end of a template.
        var lexer = new Lexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.ReadText();
        lexer.Add(Lexeme.End, "");
        return lexer._tokens;
    }

    private void ReadText()
    {
        var (trimsAll, trimsLine) = (false, false);
        while (_at < _source.Length)
        {
            var start = SkipSpace(_at, trimsAll, trimsLine);
            var open = FindOpening(start);
            var text = _source[start..open];
            var mark = open + 2 < _source.Length ? _source[open + 2] : '\0';
            var kind = open < _source.Length ? _source[open + 1] : '\0';
            if (mark == '-')
                text = text.TrimEnd();
            else if (kind is '%' or '#' && mark != '+')
                text = WithoutIndent(text, start == 0 || (start > 0 && _source[start - 1] == '\n'));
            Add(Lexeme.Text, text);
            Advance(open);
            if (open >= _source.Length)
                return;
            (trimsAll, trimsLine) = kind switch
            {
                '#' => ReadComment(),
                '%' when IsRaw(out var bodyStart) => ReadRaw(bodyStart),
                _ => ReadTag(kind == '{'),
            };
        }
    }

    private int SkipSpace(int start, bool trimsAll, bool trimsLine)
    {
        if (trimsAll)
        {
            while (start < _source.Length && char.IsWhiteSpace(_source[start]))
                start++;
        }
        else if (trimsLine && start < _source.Length && _source[start] == '\n')
        {
            start++;
        }

        return start;
    }

    private int FindOpening(int from)
    {
        for (var at = from; at + 1 < _source.Length; at++)
        {
            if (_source[at] == '{' && _source[at + 1] is '{' or '%' or '#')
                return at;
        }

        return _source.Length;
    }

    /// <summary>The text without the spaces and tabs between its last line end and its end.</summary>
    private static string WithoutIndent(string text, bool beginsLine)
    {
        var end = text.TrimEnd(' ', '\t').Length;
        return (end == 0 ? beginsLine : text[end - 1] == '\n') ? text[..end] : text;
    }

    private (bool All, bool Line) ReadComment()
    {
        var end = _source.IndexOf("#}", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw TemplateFault.At(_line, "a comment is not closed.");
        var trimsAll = _source[end - 1] == '-' && end - 1 > _at + 1;
        Advance(end + 2);
        return (trimsAll, true);
    }

    private bool IsRaw(out int bodyStart)
    {
        bodyStart = 0;
        var close = _source.IndexOf("%}", _at, StringComparison.Ordinal);
        if (close < 0 || _source[(_at + 2)..close].Trim('-', '+', ' ', '\n') != "raw")
            return false;
        bodyStart = close + 2;
        return true;
    }

    private (bool All, bool Line) ReadRaw(int bodyStart)
    {
        for (var at = bodyStart; (at = _source.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            var close = _source.IndexOf("%}", at, StringComparison.Ordinal);
            if (close < 0 || _source[(at + 2)..close].Trim('-', '+', ' ', '\n') != "endraw")
                continue;
            Add(Lexeme.Text, _source[bodyStart..at]);
            Advance(close + 2);
            return (_source[close - 1] == '-', true);
        }

        throw TemplateFault.At(_line, "a raw block is not closed.");
    }

    private (bool All, bool Line) ReadTag(bool isExpression)
    {
        Add(isExpression ? Lexeme.OpenExpression : Lexeme.OpenStatement, "");
        _at += 2;
        if (_at < _source.Length && _source[_at] is '-' or '+')
            _at++;
        var close = isExpression ? "}}" : "%}";
        var depth = 0;
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                Advance(_at + 1);
            if (_at >= _source.Length)
                throw TemplateFault.At(_line, $"a tag is not closed with '{close}'.");
            var trims = _source[_at] is '-' or '+' && Matches(_at + 1, close);
            if (depth == 0 && (trims || Matches(_at, close)))
            {
                var sign = _source[_at];
                Add(isExpression ? Lexeme.CloseExpression : Lexeme.CloseStatement, "");
                Advance(_at + (trims ? 3 : 2));
                return (sign == '-', !isExpression && sign != '+');
            }

            var token = ReadToken();
            depth += token.Kind != Lexeme.Sign ? 0 : token.Text is "{" or "[" or "(" ? 1 : token.Text is "}" or "]" or ")" ? -1 : 0;
            _tokens.Add(token);
        }
    }

    private Token ReadToken()
    {
        var (start, line, first) = (_at, _line, _source[_at]);
        if (first is '"' or '\'')
            return new Token(Lexeme.String, ReadString(first), line);
        if (char.IsAsciiDigit(first))
            return ReadNumber();
        if (char.IsLetter(first) || first == '_')
        {
            while (_at < _source.Length && (char.IsLetterOrDigit(_source[_at]) || _source[_at] == '_'))
                _at++;
            return new Token(Lexeme.Name, _source[start.._at], line);
        }

        var sign = Signs.FirstOrDefault(candidate => Matches(start, candidate)) ?? throw TemplateFault.At(line, $"'{first}' is not part of an expression.");
        _at += sign.Length;
        return new Token(Lexeme.Sign, sign, line);
    }

    private Token ReadNumber()
    {
        var start = _at;
        void Digits()
        {
            while (_at < _source.Length && (char.IsAsciiDigit(_source[_at]) || _source[_at] == '_'))
                _at++;
        }

        Digits();
        var isInteger = true;
        if (_at + 1 < _source.Length && _source[_at] == '.' && char.IsAsciiDigit(_source[_at + 1]))
        {
            isInteger = false;
            _at++;
            Digits();
        }

        if (_at < _source.Length && _source[_at] is 'e' or 'E')
        {
            isInteger = false;
            _at += _at + 1 < _source.Length && _source[_at + 1] is '+' or '-' ? 2 : 1;
            Digits();
        }

        return new Token(isInteger ? Lexeme.Integer : Lexeme.Number, _source[start.._at].Replace("_", "", StringComparison.Ordinal), _line);
    }

    private string ReadString(char quote)
    {
        var line = _line;
        var text = new StringBuilder();
        for (_at++; _at < _source.Length && _source[_at] != quote; Advance(_at + 1))
        {
            if (_source[_at] != '\\' || _at + 1 >= _source.Length)
                text.Append(_source[_at]);
            else
                ReadEscape(text);
        }

        if (_at >= _source.Length)
            throw TemplateFault.At(line, "a string is not closed.");
        _at++;
        return text.ToString();
    }

    private void ReadEscape(StringBuilder text)
    {
        var letter = _source[++_at];
        var digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && _at + digits < _source.Length
            && int.TryParse(_source.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && (value < 0x10000 || Rune.IsValid(value)))
        {
            _at += digits;
            text.Append(value < 0x10000 ? ((char)value).ToString() : new Rune(value).ToString());
            return;
        }

        text.Append(letter switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            '\\' => "\\",
            '\'' => "'",
            '"' => "\"",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            'a' => "\a",
            '0' => "\0",
            '\n' => "",
            _ => "\\" + letter,
        });
    }

    private bool Matches(int at, string text) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    private void Advance(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }

    private void Add(Lexeme kind, string text)
    {
        if (kind != Lexeme.Text || text.Length > 0)
            _tokens.Add(new Token(kind, text, _line));
    }
}
