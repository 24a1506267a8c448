using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orrery.Data.Datasets;
using Orrery.Features.Offline;
using Orrery.Features.Services;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests;

public sealed class FeatureEndpointTests
{
    [Fact]
    public async Task Events_pushed_over_HTTP_come_back_as_features()
    {
        await using var api = await StartAsync();

        var events = new { events = new object[] { new { landed = "2001-01-01T00:00:00Z", origin = "ATL", delay = 5, distance = 1.5, late = true }, new { landed = "2001-01-01T00:00:00Z", origin = "ATL", delay = 7 } } };
        var receipt = await PostAsync(api, "feature-sources/flights/push", events);
        Assert.Equal((2, 0), (receipt[0].GetProperty("accepted").GetInt32(), receipt[0].GetProperty("late").GetInt32()));
        await PostAsync(api, "feature-sources/flights/advance", new { watermark = "2001-01-01T00:30:00Z" });

        var read = await PostAsync(api, "feature-services/s/online", new { entities = new[] { new { airport = "ATL" }, new { airport = "XXX" } }, at = "2001-01-01T00:30:00Z" });
        Assert.Equal("""["flights_1h","late_share_1h","delay_last"]""", read.GetProperty("features").GetRawText());
        Assert.Equal("[2,1,7]", read.GetProperty("rows")[0].GetProperty("values").GetRawText());
        Assert.StartsWith("2001-01-01T00:00:00", read.GetProperty("rows")[0].GetProperty("ticks")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("""["notFound","notFound","notFound"]""", read.GetProperty("rows")[1].GetProperty("statuses").GetRawText());

        var views = await GetAsync(api, "feature-views");
        Assert.Equal("departures", views[0].GetProperty("name").GetString());
        var view = await GetAsync(api, "feature-views/departures");
        Assert.StartsWith("2001-01-01T00:00:00", view.GetProperty("watermark").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_with_a_key_may_be_sent_again()
    {
        await using var api = await StartAsync();
        async Task<HttpResponseMessage> PushAsync(string key, int delay)
        {
            using var body = JsonContent.Create(new { events = new[] { new { landed = "2001-01-01T00:00:00Z", origin = "ATL", delay, distance = 1.5, late = true } } });
            body.Headers.Add("Idempotency-Key", key);
            return await api.Client.PostAsync("/api/v1/feature-sources/flights/push", body);
        }

        var first = await TestApi.ReadAsync<JsonElement>(PushAsync("a", 5));
        await PostAsync(api, "feature-sources/flights/advance", new { watermark = "2001-01-01T00:30:00Z" });
        Assert.Equal(first.GetRawText(), (await TestApi.ReadAsync<JsonElement>(PushAsync("a", 5))).GetRawText());
        Assert.Equal(HttpStatusCode.Conflict, (await PushAsync("a", 6)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PushAsync(new string('k', 201), 6)).StatusCode);
        await PostAsync(api, "feature-sources/flights/advance", new { watermark = "2001-01-01T01:00:00Z" });
        var read = await PostAsync(api, "feature-services/s/online", new { entities = new[] { new { airport = "ATL" } }, at = "2001-01-01T01:00:00Z" });
        Assert.Equal("[0,null,5]", read.GetProperty("rows")[0].GetProperty("values").GetRawText()); // one flight, which has left the hour; sent twice, it would be late and in the hour after
    }

    [Fact]
    public async Task A_history_can_be_looked_at()
    {
        await using var api = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync("/api/v1/feature-views/departures/stats")).StatusCode);
        using (var session = api.Get<AnalyticsEngine>().Open())
        {
            Event[] events = [new(Event.Start, "ATL", 5, 1, false), new(Event.Start, "BOS", 7, 1, true)];
            await api.Get<IDatasets>().WriteAsync(FeaturesTest.Ada, new("flights", "landed"), session, Event.Sql(events));
        }

        await api.Get<IFeatureHistories>().GetAsync(FeaturesTest.Ada, "departures");
        await PostAsync(api, "feature-views/departures/materialize", new { });

        var stats = await GetAsync(api, "feature-views/departures/stats");
        Assert.Equal(8, stats.GetProperty("rows").GetInt32()); // two airports: in, out of 1, 3 and 24 hours
        var preview = await GetAsync(api, "feature-views/departures/preview?limit=3");
        Assert.Equal(("airport", 3), (preview.GetProperty("columns")[0].GetString(), preview.GetProperty("rows").GetArrayLength()));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.Client.GetAsync("/api/v1/feature-views/departures/preview?limit=0")).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [{ "airprt": "ATL" }] }""", "airprt")]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [{ "airport": null }] }""", "needs the key 'airport'")]
    [InlineData("/api/v1/feature-services/s/online", """{ "entities": [] }""", "1 to 1000 entities")]
    [InlineData("/api/v1/feature-sources/flights/push", """{ "events": [{ "landed": "2001-01-01", "origin": ["ATL"] }] }""", "text, a number")]
    public async Task A_request_that_does_not_fit_says_what_was_expected(string path, string body, string message)
    {
        await using var api = await StartAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var response = await api.Client.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_reads_but_does_not_push()
    {
        await using var api = await StartAsync();
        using var viewer = api.ClientOf("user:vi", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsJsonAsync("/api/v1/feature-sources/flights/push", new { events = Array.Empty<object>() })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/api/v1/feature-views")).StatusCode);
    }

    private static async Task<TestApi> StartAsync()
    {
        var api = await TestApi.StartAsync(FeaturesTest.Configure, routes => routes.MapLedger().MapFeatures());
        object[] declared =
        [
            new { kind = "FeatureView", name = "departures", spec = SlowFeatures.View() with { Timestamp = "landed" } },
            new { kind = "FeatureService", name = "s", spec = new FeatureServiceSpec([new("departures", Select: ["flights_1h", "late_share_1h", "delay_last"])]) },
        ];
        await TestApi.ReadAsync<ApplyResult>(api.Client.PostAsJsonAsync("/api/v1/resources/apply", declared, LedgerJson.Options));
        return api;
    }

    private static Task<JsonElement> PostAsync(TestApi api, string path, object body) =>
        TestApi.ReadAsync<JsonElement>(api.Client.PostAsJsonAsync($"/api/v1/{path}", body));

    private static Task<JsonElement> GetAsync(TestApi api, string path) => TestApi.ReadAsync<JsonElement>(api.Client.GetAsync($"/api/v1/{path}"));
}
