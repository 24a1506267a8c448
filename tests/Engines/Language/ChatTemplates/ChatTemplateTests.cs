using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.ChatTemplates;
using Xunit;

namespace Orrery.Engines.Tests.Language.ChatTemplates;

/// <summary>Chat templates against Jinja2 as Hugging Face's libraries set it up; golden/make-templates.py made the expected texts.</summary>
public sealed class ChatTemplateTests
{
    /// <summary>The moment that the script calls now.</summary>
    private static readonly DateTimeOffset Now = new(2026, 3, 7, 9, 5, 1, TimeSpan.Zero);

    private static readonly JsonElement NoMessages = JsonDocument.Parse("[]").RootElement;

    [Fact]
    public void Every_template_renders_as_jinja2_renders_it()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var golden in Golden.Load("Language", "templates.json").EnumerateArray())
        {
            count++;
            var expected = golden.TryGetProperty("output", out var output) ? output.GetString()! : "(refused)";
            var actual = Render(golden);
            if (expected != actual)
                wrong.Add($"{golden.GetProperty("template").GetString()}\n  expected: {expected}\n  got:      {actual}");
        }

        Assert.True(count > 80, $"only {count} cases");
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    [Theory]
    [InlineData("a\nb {{ 1 + }}", "line 2: expected an expression, found '}}'")]
    [InlineData("{% if x %}\n\n", "line 1: the block that begins here is not closed with 'endif'")]
    [InlineData("\n\n{{ x.y.z }}", "line 3: 'x' is undefined and has no 'y'")]
    [InlineData("{{ raise_exception('Only users.') }}", "refuses the conversation: Only users.")]
    [InlineData("{% frobnicate %}", "the statement 'frobnicate' is not supported; supported are if, for, set")]
    public void A_fault_is_told_with_its_line(string template, string complaint)
    {
        var refusal = Assert.Throws<InvalidException>(() => ChatTemplate.Parse(template).Render(new ChatTemplateInput { Messages = NoMessages }));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "characters")]
    [InlineData("{{ 'a' * 999999999999 }}", "characters")]
    [InlineData("{{ [1] * 999999999 }}", "characters")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "macros call each other")]
    [InlineData("{{ 'aaaa'.replace('a', 'b' * 9000000) }}", "characters")]
    public void A_template_that_would_not_end_is_stopped(string template, string complaint)
    {
        var refusal = Assert.Throws<InvalidException>(() => ChatTemplate.Parse(template).Render(new ChatTemplateInput { Messages = NoMessages }));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("not ")]
    [InlineData("-")]
    [InlineData("a if ")]
    public void A_template_nested_without_end_is_refused(string opening) =>
        Assert.Throws<InvalidException>(() => ChatTemplate.Parse("{{ " + string.Concat(Enumerable.Repeat(opening, 100_000)) + " }}"));

    [Fact]
    public void Variables_of_the_caller_reach_the_template()
    {
        var input = new ChatTemplateInput { Messages = NoMessages, Variables = JsonDocument.Parse("""{"enable_thinking": false, "n": [1, 2.5]}""").RootElement, AddGenerationPrompt = false };
        Assert.Equal("False [1, 2.5] False", ChatTemplate.Parse("{{ enable_thinking }} {{ n }} {{ add_generation_prompt }}").Render(input));
    }

    private static string Render(JsonElement golden)
    {
        var chat = golden.GetProperty("input");
        try
        {
            return ChatTemplate.Parse(golden.GetProperty("template").GetString()!).Render(new ChatTemplateInput
            {
                Messages = chat.GetProperty("messages"),
                Tools = chat.TryGetProperty("tools", out var tools) ? tools : null,
                BosToken = "<s>",
                EosToken = "</s>",
                Now = Now,
            });
        }
        catch (InvalidException)
        {
            return "(refused)";
        }
    }
}
