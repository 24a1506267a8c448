using Microsoft.Playwright;
using Orrery.Hosts.Tests.Server;
using Orrery.Platform.Access;
using Orrery.Server.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class SessionTests(Chromium chromium)
{
    [Fact]
    public async Task A_stranger_is_asked_for_a_token_and_then_led_where_they_wanted_to_go()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default);
        await using var tab = await chromium.OpenAsync(server.Address, 1280, ColorScheme.Light);
        await tab.Page.GotoAsync("/runs?kind=train");
        await tab.Page.GetByLabel("Token").FillAsync("orr_wrong");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nobody has this token");

        await tab.Page.GetByLabel("Token").FillAsync(token.Secret);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("Runs");
        Assert.EndsWith("/runs?kind=train", tab.Page.Url);
        Assert.Equal("", await tab.Page.EvaluateAsync<string>("document.cookie"));
    }

    [Fact]
    public async Task Who_signed_in_signs_out_again_and_their_cookie_is_gone()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default);
        await using var tab = await chromium.OpenAsync(server.Address, 1280, ColorScheme.Light);
        await SignInAsync(tab, token);
        Assert.Contains(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name == TokenSignIn.Cookie && cookie.HttpOnly);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByLabel("Token")).ToBeVisibleAsync();
        Assert.DoesNotContain(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name == TokenSignIn.Cookie);
        await tab.Page.GotoAsync("/runs");
        Assert.Equal("/login", new Uri(tab.Page.Url).AbsolutePath);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task An_open_page_does_nothing_more_for_a_token_that_was_revoked()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default);
        await using var tab = await chromium.OpenAsync(server.Address, 1280, ColorScheme.Light);
        await SignInAsync(tab, token);

        await server.Get<TokenStore>().RevokeAsync(Caller.System("test"), "reader", default);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("your token was revoked");
    }

    [Fact]
    public async Task Nobody_is_signed_out_by_another_site()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/session/end") { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add("Cookie", $"{TokenSignIn.Cookie}={token.Secret}");
        var response = await server.Http.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Without_tokens_there_is_nothing_to_sign_out_of()
    {
        await using var server = await TestServer.StartAsync();
        await using var tab = await chromium.OpenAsync(server.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_session_is_only_begun_from_our_own_form()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token.Secret, ["returnUrl"] = "/" });
        var response = await server.Http.PostAsync("/session", form);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    private static async Task SignInAsync(Tab tab, NewToken token)
    {
        await tab.Page.GotoAsync("/login");
        await tab.Page.GetByLabel("Token").FillAsync(token.Secret);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await tab.ReadyAsync();
    }
}
