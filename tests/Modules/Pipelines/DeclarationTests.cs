using System.Text.Json;
using Orrery.Kernel;
using Orrery.Pipelines.Conditions;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Worker;
using Xunit;

namespace Orrery.Pipelines.Tests;

public sealed class DeclarationTests
{
    [Theory]
    [InlineData("- {name: a, uses: mkae}", "", "steps/0/uses", "did you mean 'make'?")]
    [InlineData("- {name: a, uses: make, with: {contnet: x}}", "", "steps/0/with/contnet", "unknown key 'contnet'; did you mean 'content'?")]
    [InlineData("- {name: a, uses: make, with: {rows: many}}", "", "steps/0/with/rows", "expected a whole number, got 'many'")]
    [InlineData("- {name: a, uses: make, with: {content: '${params.x}'}}", "", "steps/0/with", "'${params.x}' is unknown; the pipeline has no parameters")]
    [InlineData("- {name: a, uses: make, after: [trian]}\n- {name: train, uses: make}", "", "steps/0/after", "there is no step 'trian'; did you mean 'train'?")]
    [InlineData("- {name: a, uses: make, inputs: {x: nothing}}", "", "steps/0/inputs/x", "expected STEP.OUTPUT or an asset")]
    [InlineData("- {name: a, uses: make, after: [c]}\n- {name: b, uses: make, inputs: {x: a.out}}\n- {name: c, uses: make, when: b.good}", "", "steps", "a → c → b → a")]
    [InlineData("- {name: a, uses: make, after: [a]}", "", "steps", "a → a")]
    [InlineData("- {name: a, uses: make}\n- {name: a, uses: make}", "", "steps/1/name", "there twice")]
    [InlineData("- {name: a.b, uses: make}", "", "steps/0/name", "cannot name a step")]
    [InlineData("- {name: a, uses: make, when: 'a >'}", "", "steps/0/when", "the condition is wrong")]
    [InlineData("- {name: a, uses: make, retries: {attempts: 0}}", "", "steps/0/retries/attempts", "1 to 20")]
    [InlineData("- {name: a, uses: make}", "schedule: {cron: '61 * * * *'}", "schedule/cron", "is no cron expression")]
    [InlineData("- {name: a, uses: make}", "schedule: {cron: '0 3 * * *', timeZone: Mars/Olympus}", "schedule/timeZone", "no time zone")]
    [InlineData("- {name: a, uses: make}", "trigger: {on: {signal: alerts, where: {sorce: x}}}", "trigger/on/where/sorce", "did you mean 'source'?")]
    [InlineData("- {name: a, uses: make}", "trigger: {on: {signal: alerts, where: {source: [a]}}}", "trigger/on/where/source", "expected text, a number")]
    [InlineData("- {name: a, uses: make}", "trigger: {on: {signal: alerts, parameters: {x: '${signal.endpoint}'}}}", "trigger/on/parameters/x", "no parameter 'x'")]
    [InlineData("- {name: a, uses: make}", "maxParallel: 0", "maxParallel", "1 to 64")]
    [InlineData("- {name: a, uses: make}", "parameters: {x: [1]}", "parameters/x", "a default is text, a number, true or false")]
    public async Task What_is_wrong_is_named_by_its_place(string steps, string more, string place, string what)
    {
        await using var host = await PipelineHost.StartAsync(new(), work: false);
        var error = await Assert.ThrowsAsync<InvalidException>(() => host.ApplyStepsAsync(steps, more));
        Assert.Contains(place, error.Message);
        Assert.Contains(what, error.Message);
        Assert.Contains("p.yaml, line", error.Message);
    }

    [Theory]
    [InlineData("a.x", true)]
    [InlineData("a.y", false)]
    [InlineData("not a.y", true)]
    [InlineData("a.none", false)]
    [InlineData("a.n == 2.5", true)]
    [InlineData("a.n >= 2.5 and a.n <= 2.5", true)]
    [InlineData("a.n < 2 or a.n > 2", true)]
    [InlineData("a.n != 2.5", false)]
    [InlineData("a.test.auc > -1e-3", true)]
    [InlineData("a.s == 'flights' and a.s != \"x\"", true)]
    [InlineData("a.s == 2.5", false)]
    [InlineData("a.x == false or (a.y == false and not (a.n < 1))", true)]
    [InlineData("a.none != 1", false)]
    [InlineData("a.y and a.y or a.x", true)]
    [InlineData("a.x or a.y and a.y", true)]
    public void A_condition_holds_or_not(string text, bool holds)
    {
        var facts = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"x": true, "y": false, "n": 2.5, "s": "flights", "test.auc": 0}""")!;
        Assert.Equal(holds, ConditionParser.Parse(text).Holds(fact => facts.TryGetValue(fact.Name, out var value) ? value : null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a.")]
    [InlineData("a.x ==")]
    [InlineData("a.x = 1")]
    [InlineData("a.x == b.y")]
    [InlineData("a.x > 'text'")]
    [InlineData("(a.x")]
    [InlineData("a.x)")]
    [InlineData("a.x a.y")]
    [InlineData("a.x; drop")]
    [InlineData("1.5 == a.x")]
    public void What_is_no_condition_is_refused(string text) => Assert.Throws<FormatException>(() => ConditionParser.Parse(text));

    [Fact]
    public void A_condition_nested_too_deeply_is_refused() => Assert.Throws<FormatException>(() => ConditionParser.Parse(new string('(', 500) + "a.x" + new string(')', 400)));

    [Fact]
    public void The_wait_doubles_varies_by_a_quarter_and_is_the_same_for_the_same_attempt()
    {
        var run = new RunId(Guid.Parse("0123456789abcdef0123456789abcdef"));
        var retries = new RetrySpec(10, TimeSpan.FromSeconds(2));
        for (var attempt = 1; attempt < 8; attempt++)
        {
            var wait = RetryDelay.After(retries, run, "a", attempt);
            Assert.InRange(wait.TotalSeconds, Math.Pow(2, attempt), 1.25 * Math.Pow(2, attempt));
            Assert.Equal(wait, RetryDelay.After(retries, run, "a", attempt));
        }

        Assert.NotEqual(RetryDelay.After(retries, run, "a", 1), RetryDelay.After(retries, run, "b", 1));
        Assert.InRange(RetryDelay.After(retries, run, "a", 20), TimeSpan.FromHours(1), TimeSpan.FromHours(1.25));
    }

    [Fact]
    public void A_placeholder_alone_keeps_its_type_and_one_in_text_becomes_text()
    {
        var with = JsonSerializer.Deserialize<JsonElement>("""{"a": "${params.n}", "b": "x${ params.n }y", "c": ["$${params.n}", 1], "d": "${params.s}"}""");
        var values = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"params.n": 3, "params.s": "${params.n}"}""")!;
        Assert.Equal("""{"a":3,"b":"x3y","c":["${params.n}",1],"d":"${params.n}"}""", Placeholders.Fill(with, values).GetRawText());
        Assert.Empty(Placeholders.Unknown(with, values));
    }
}
