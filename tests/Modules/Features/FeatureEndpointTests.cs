using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Data.Datasets;
using Orrery.Features.Offline;
using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.Streaming;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Platform.Http;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests;

public sealed class FeatureEndpointTests
{
    [Fact]
    public async Task Events_pushed_over_HTTP_come_back_as_features()
    {
        await using var platform = await StartAsync();
        await using var server = await ServeAsync(platform, Role.Editor);
        using var client = Client(server);

        var events = new { events = new object[] { new { landed = "2001-01-01T00:00:00Z", origin = "ATL", delay = 5, distance = 1.5, late = true }, new { landed = "2001-01-01T00:00:00Z", origin = "ATL", delay = 7 } } };
        var receipt = await PostAsync(client, "/api/v1/feature-sources/flights/push", events);
        Assert.Equal((2, 0), (receipt[0].GetProperty("accepted").GetInt32(), receipt[0].GetProperty("late").GetInt32()));
        await PostAsync(client, "/api/v1/feature-sources/flights/advance", new { watermark = "2001-01-01T00:30:00Z" });

        var read = await PostAsync(client, "/api/v1/feature-services/s/online", new { entities = new[] { new { airport = "ATL" }, new { airport = "XXX" } }, at = "2001-01-01T00:30:00Z" });
        Assert.Equal("""["flights_1h","late_share_1h","delay_last"]""", read.GetProperty("features").GetRawText());
        Assert.Equal("[2,1,7]", read.GetProperty("rows")[0].GetProperty("values").GetRawText());
        Assert.StartsWith("2001-01-01T00:00:00", read.GetProperty("rows")[0].GetProperty("ticks")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("""["notFound","notFound","notFound"]""", read.GetProperty("rows")[1].GetProperty("statuses").GetRawText());

        var views = await client.GetFromJsonAsync<JsonElement>("/api/v1/feature-views");
        Assert.Equal("departures", views[0].GetProperty("name").GetString());
        var view = await client.GetFromJsonAsync<JsonElement>("/api/v1/feature-views/departures");
        Assert.StartsWith("2001-01-01T00:00:00", view.GetProperty("watermark").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_can_be_looked_at()
    {
        await using var platform = await StartAsync();
        await using var server = await ServeAsync(platform, Role.Editor);
        using var client = Client(server);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v1/feature-views/departures/stats")).StatusCode);
        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false), new(Event.Start, "BOS", 7, 1, true)]);
        await platform.Get<IFeatureHistories>().GetAsync(FeaturesTest.Ada, "departures");
        await PostAsync(client, "/api/v1/feature-views/departures/materialize", new { });

        var stats = await client.GetFromJsonAsync<JsonElement>("/api/v1/feature-views/departures/stats");
        Assert.Equal(8, stats.GetProperty("rows").GetInt32()); // two airports: in, out of 1, 3 and 24 hours
        var preview = await client.GetFromJsonAsync<JsonElement>("/api/v1/feature-views/departures/preview?limit=3");
        Assert.Equal(("airport", 3), (preview.GetProperty("columns")[0].GetString(), preview.GetProperty("rows").GetArrayLength()));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/api/v1/feature-views/departures/preview?limit=0")).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [{ "airprt": "ATL" }] }""", "airprt")]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [{ "airport": null }] }""", "needs the key 'airport'")]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [] }""", "1 to 1000 entities")]
    [InlineData("/api/v1/feature-sources/flights/push", """{ "events": [{ "landed": "2001-01-01", "origin": ["ATL"] }] }""", "text, a number")]
    public async Task A_request_that_does_not_fit_says_what_was_expected(string path, string body, string message)
    {
        await using var platform = await StartAsync();
        await using var server = await ServeAsync(platform, Role.Editor);
        using var client = Client(server);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var response = await client.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_reads_but_does_not_push()
    {
        await using var platform = await StartAsync();
        await using var server = await ServeAsync(platform, Role.Viewer);
        using var client = Client(server);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/feature-sources/flights/push", new { events = Array.Empty<object>() })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/feature-views")).StatusCode);
    }

    private static async Task<TestPlatform> StartAsync()
    {
        var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View() with { Timestamp = "landed" });
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("departures", Select: ["flights_1h", "late_share_1h", "delay_last"])]));
        return platform;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        var response = await client.PostAsJsonAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static HttpClient Client(WebApplication server) =>
        new(new SocketsHttpHandler()) { BaseAddress = new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };

    // The module's routes on real Kestrel, with a caller of the given role.
    private static async Task<WebApplication> ServeAsync(TestPlatform platform, Role role)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(options => LedgerJson.CopyTo(options.SerializerOptions));
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, RoleFromTest>("test", null);
        builder.Services.AddSingleton(new TestRole(role));
        builder.Services.AddAuthorization(AccessPolicies.AddRolePolicies);
        foreach (var type in new[] { typeof(IResources), typeof(IFeatureStream), typeof(IOnlineFeatures), typeof(IDatasets), typeof(AnalyticsEngine), typeof(TimeProvider) })
            builder.Services.AddSingleton(type, _ => platform.Services.GetRequiredService(type));
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            try
            {
                await next();
            }
            catch (OrreryException error)
            {
                var problem = Problems.Of(error);
                context.Response.StatusCode = problem.Status!.Value;
                await context.Response.WriteAsJsonAsync(problem);
            }
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapFeatures();
        await app.StartAsync();
        return app;
    }

    private sealed record TestRole(Role Role);

    private sealed class RoleFromTest(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        ILoggerFactory logger, UrlEncoder encoder, TestRole role)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity([new(ClaimTypes.Name, "user:ada"), new(AccessPolicies.RoleClaim, role.Role.ToString())], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new(identity), Scheme.Name)));
        }
    }
}
