using System.Globalization;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Language.Grammars.Gbnf;

/// <summary>GBNF: <c>name ::= "text" [a-z] other ( … | … ) x* x+ x? x{2,5}</c>, one rule after another, comments from <c>#</c>.</summary>
internal sealed class GbnfParser(string source)
{
    private const int MaxDepth = 100;
    private readonly Dictionary<string, Pattern> _rules = new(StringComparer.Ordinal);
    private int _at;
    private int _depth;

    public IReadOnlyDictionary<string, Pattern> Parse()
    {
        SkipSpace(withLines: true);
        while (_at < source.Length)
        {
            var name = ReadName();
            SkipSpace();
            if (!TryTake("::="))
                throw Fault($"expected '::=' after '{name}'");
            SkipSpace(withLines: true);
            if (!_rules.TryAdd(name, ReadChoice(isNested: false)))
                throw Fault($"the rule '{name}' is defined twice");
            SkipSpace(withLines: true);
        }

        return _rules;
    }

    private Pattern ReadChoice(bool isNested)
    {
        if (++_depth > MaxDepth)
            throw Fault($"groups are nested more than {MaxDepth} deep");
        var choices = new List<Pattern> { ReadSequence(isNested) };
        while (TryTake("|"))
        {
            SkipSpace(withLines: true);
            choices.Add(ReadSequence(isNested));
        }

        _depth--;
        return Pattern.Any([.. choices]);
    }

    private Sequence ReadSequence(bool isNested)
    {
        var parts = new List<Pattern>();
        while (_at < source.Length && source[_at] is not ('|' or ')' or '\n' or '\r'))
        {
            var part = ReadRepeats(ReadPart());
            parts.Add(part);
            SkipSpace(isNested);
        }

        // A choice may go on in the next line.
        var end = _at;
        SkipSpace(withLines: true);
        if (_at >= source.Length || source[_at] != '|')
            _at = isNested ? _at : end;
        return new Sequence(parts);
    }

    private Pattern ReadPart()
    {
        switch (source[_at])
        {
            case '"':
                return ReadLiteral();
            case '[':
                return ReadClass();
            case '.':
                _at++;
                return new CharacterClass([], IsNegated: true);
            case '(':
                _at++;
                SkipSpace(withLines: true);
                var group = ReadChoice(isNested: true);
                SkipSpace(withLines: true);
                return TryTake(")") ? group : throw Fault("expected ')'");
            default:
                return new Reference(ReadName());
        }
    }

    private Pattern ReadRepeats(Pattern part)
    {
        while (_at < source.Length)
        {
            if (TryTake("*"))
                part = new Repeat(part, 0, null);
            else if (TryTake("+"))
                part = new Repeat(part, 1, null);
            else if (TryTake("?"))
                part = new Repeat(part, 0, 1);
            else if (TryTake("{"))
                part = ReadCounts(part);
            else
                return part;
        }

        return part;
    }

    private Repeat ReadCounts(Pattern part)
    {
        var least = ReadNumber() ?? throw Fault("expected a number after '{'");
        int? most = least;
        if (TryTake(","))
            most = ReadNumber();
        if (!TryTake("}"))
            throw Fault("expected '}'");
        return most < least ? throw Fault($"{{{least},{most}}} asks for fewer than it needs") : new Repeat(part, least, most);
    }

    private int? ReadNumber()
    {
        SkipSpace();
        var start = _at;
        while (_at < source.Length && char.IsAsciiDigit(source[_at]))
            _at++;
        var text = source[start.._at];
        SkipSpace();
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Fault($"{text} is too many");
    }

    private Literal ReadLiteral()
    {
        var text = new StringBuilder();
        for (_at++; _at < source.Length && source[_at] != '"';)
            text.Append(char.ConvertFromUtf32(ReadCharacter()));
        return TryTake("\"") ? new Literal(text.ToString()) : throw Fault("a text is not closed with '\"'");
    }

    private CharacterClass ReadClass()
    {
        _at++;
        var isNegated = TryTake("^");
        var ranges = new List<(int, int)>();
        while (_at < source.Length && source[_at] != ']')
        {
            var first = ReadCharacter();
            var last = first;
            if (_at + 1 < source.Length && source[_at] == '-' && source[_at + 1] != ']')
            {
                _at++;
                last = ReadCharacter();
            }

            ranges.Add(first <= last ? (first, last) : throw Fault("a range of characters runs backwards"));
        }

        return TryTake("]") ? new CharacterClass(ranges, isNegated) : throw Fault("a class of characters is not closed with ']'");
    }

    private int ReadCharacter()
    {
        if (source[_at] != '\\')
        {
            if (Rune.DecodeFromUtf16(source.AsSpan(_at), out var rune, out var width) != System.Buffers.OperationStatus.Done)
                throw Fault("half of a character stands alone");
            _at += width;
            return rune.Value;
        }

        if (_at + 1 >= source.Length)
            throw Fault("nothing follows '\\'");
        var letter = source[_at + 1];
        _at += 2;
        return letter switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' => ReadHex(2),
            'u' => ReadHex(4),
            'U' => ReadHex(8),
            '\\' or '"' or '[' or ']' or '-' or '^' or '/' => letter,
            _ => throw Fault($"'\\{letter}' is no escape"),
        };
    }

    private int ReadHex(int digits)
    {
        if (_at + digits > source.Length || !int.TryParse(source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !Rune.IsValid(value))
            throw Fault($"expected {digits} hexadecimal digits of a character");
        _at += digits;
        return value;
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] is '-' or '_'))
            _at++;
        return _at > start ? source[start.._at] : throw Fault(_at < source.Length ? $"'{source[_at]}' begins neither a name nor a text" : "the grammar ends too early");
    }

    private bool TryTake(string sign)
    {
        if (string.CompareOrdinal(source, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    private void SkipSpace(bool withLines = false)
    {
        while (_at < source.Length)
        {
            if (source[_at] == '#')
                _at = source.IndexOf('\n', _at) is var end and >= 0 ? end : source.Length;
            else if (source[_at] is ' ' or '\t' || (withLines && source[_at] is '\n' or '\r'))
                _at++;
            else
                return;
        }
    }

    private InvalidException Fault(string complaint)
    {
        var before = source.AsSpan(0, Math.Min(_at, source.Length));
        return new InvalidException($"The grammar, line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}: {complaint}.");
    }
}
