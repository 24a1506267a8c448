using Orrery.Kernel;
using Orrery.Language.Grammars;
using Xunit;

namespace Orrery.Engines.Tests.Language.Grammars;

public sealed class GbnfTests
{
    [Theory]
    [InlineData("root ::= \"yes\" | \"no\"", "yes no", "maybe y yesno")]
    [InlineData("root ::= [a-c]+ \"-\"? [^0-9]", "aX ab-x abcé", "a a1 X")]
    [InlineData("root ::= item (\",\" item)*\nitem ::= [0-9]{2,3}", "12 123,45", "1 12, 1234")]
    [InlineData("# a comment\nroot ::= a | # the first\n  b\na ::= \"a\"\nb ::= \"b\" root # recursion", "a ba bba", "b ab")]
    [InlineData("root ::= . .", "ab é🦙 ☃x", "a abc")]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F999\\n\" [\\]\\-]", "Aé🦙\n] Aé🦙\n-", "A")]
    [InlineData("root ::= \"(\" root \")\" | \"\"", "() ((()))", "( ())")]
    [InlineData("root ::= ( \"a\" | \"b\" )\n  \nother ::= \"x\"", "a b", "x")]
    [InlineData("root ::= [à-ü一-龥]{2}", "éü 漢字", "ab é")]
    public void A_grammar_accepts_its_language_and_nothing_else(string gbnf, string accepted, string refused)
    {
        var grammar = Grammar.FromGbnf(gbnf);
        Assert.All(accepted.Split(' '), text => Assert.True(grammar.Accepts(text), text));
        Assert.All(refused.Split(' '), text => Assert.False(grammar.Accepts(text), text));
    }

    [Theory]
    [InlineData("", "no rule 'root'")]
    [InlineData("start ::= \"a\"", "no rule 'root'")]
    [InlineData("root ::= other", "speaks of a rule 'other'")]
    [InlineData("root = \"a\"", "line 1, column 6: expected '::='")]
    [InlineData("root ::= \"a", "not closed with '\"'")]
    [InlineData("root ::= [a", "not closed with ']'")]
    [InlineData("root ::= [z-a]", "runs backwards")]
    [InlineData("root ::= (\"a\"", "expected ')'")]
    [InlineData("root ::= \"a\"{3,2}", "fewer than it needs")]
    [InlineData("root ::= \"a\"{999999999}", "at most")]
    [InlineData("root ::= \"\\q\"", "is no escape")]
    [InlineData("root ::= root \"a\" | \"a\"", "calls itself before it reads anything")]
    [InlineData("root ::= a? root \"b\"\na ::= \"a\"", "calls itself before it reads anything")]
    [InlineData("root ::= (\"\")*", "calls itself before it reads anything")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "defined twice")]
    [InlineData("root ::= \"a\"\n!", "line 2, column 1")]
    public void A_grammar_that_cannot_be_run_is_refused_with_its_place(string gbnf, string complaint)
    {
        var refusal = Assert.Throws<InvalidException>(() => Grammar.FromGbnf(gbnf));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_nested_without_end_are_refused() => Assert.Throws<InvalidException>(() => Grammar.FromGbnf("root ::= " + new string('(', 100_000)));
}
