using System.Net;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>Who is asked first, and who is asked as well.</summary>
public sealed class BalanceTests
{
    [Fact]
    public async Task Weights_share_the_requests_and_who_has_none_is_a_fallback()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await ApplyAsync(server, "weighted", ("a", "\"weight\":3"), ("b", "\"weight\":1"), ("c", "\"weight\":0"));
        for (var i = 0; i < 200; i++)
            await server.ChatAsync("chat");
        var counts = server.Provider.Requests.CountBy(request => request.Model).ToDictionary();
        Assert.InRange(counts["a"], 130, 170);
        Assert.Equal(200, counts["a"] + counts["b"]);
        await ApplyAsync(server, "weighted", ("busy", "\"weight\":1"), ("c", "\"weight\":0"));
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
    }

    [Fact]
    public async Task A_sticky_user_stays_on_its_side()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await ApplyAsync(server, "weighted\",\"sticky\":true,\"description\":\"", ("a", "\"weight\":1"), ("b", "\"weight\":1"));
        for (var user = 0; user < 20; user++)
        {
            for (var i = 0; i < 3; i++)
                await server.ChatAsync("chat", $",\"user\":\"u{user}\"");
        }

        Assert.All(server.Provider.Requests.Chunk(3), three => Assert.Single(three.Select(request => request.Model).Distinct()));
        Assert.Equal(2, server.Provider.Requests.Select(request => request.Model).Distinct().Count());
    }

    [Fact]
    public async Task The_quickest_is_asked_once_all_are_known_and_a_failure_counts_as_slow()
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await ApplyAsync(server, "leastLatency", ("busy", "\"weight\":1"), ("good", "\"weight\":1"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("chat")).Status);
        Assert.Equal(["busy", "good", "good", "good", "good", "good"], server.Provider.Requests.Select(request => request.Model));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task A_slow_target_is_not_waited_for_where_the_route_hedges(string more)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        await server.DeclareAsync("chat", ["hangs", "good"], "\"hedge\":\"20ms\"");
        var (status, text) = await server.PostAsync("/v1/chat/completions", $$"""{"model":"chat","messages":[{"role":"user","content":"Hi"}]{{more}}}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hel", text, StringComparison.Ordinal);
        // The loser's connection is closed.
        await server.Provider.GivenUp.Task;
    }

    [Theory]
    [InlineData("\"sticky\":true", "sticky")]
    [InlineData("\"hedge\":\"1ms\"", "hedge")]
    [InlineData("\"balance\":\"dice\"", "balance")]
    public async Task What_cannot_be_balanced_is_refused(string more, string place)
    {
        await using var server = await OpenAiTestServer.StartAsync();
        var refusal = await Assert.ThrowsAnyAsync<Kernel.OrreryException>(() => server.DeclareAsync("chat", ["good"], more));
        Assert.Contains(place, refusal.Message + string.Join(' ', (refusal as Kernel.InvalidException)?.Errors.Keys ?? []), StringComparison.Ordinal);
    }

    private static Task ApplyAsync(OpenAiTestServer server, string balance, params (string Model, string More)[] targets) => server.ApplyAsync("chat", $$"""
        {"balance":"{{balance}}","retries":0,"targets":[{{string.Join(',', targets.Select(target => $$$"""{"provider":"openAi","url":"http://{{{server.Provider.Authority}}}/v1","model":"{{{target.Model}}}",{{{target.More}}}}"""))}}]}
        """);
}
