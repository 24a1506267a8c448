using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LinqToDB;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Webhooks;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Webhooks;

public sealed class WebhookTests
{
    private const string Secret = "whsec_c2VjcmV0LWtleQ=="; // "secret-key"

    [Fact]
    public async Task A_transition_is_told_as_a_signed_cloud_event()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync();
        await CreateAsync(platform, receiver, [new(LedgerEvents.AliasSet)], Secret);
        var version = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        await platform.Assets().SetAliasAsync(Ada, version.Ref, "champion");
        await DeliverAsync(platform);

        var received = Assert.Single(receiver.Requests);
        Assert.StartsWith("application/cloudevents+json", received.ContentType);
        var body = JsonDocument.Parse(received.Body).RootElement;
        Assert.Equal(("1.0", "dev.orrery.alias.set", "model/flights:1"), (Text(body, "specversion"), Text(body, "type"), Text(body, "subject")));
        Assert.Equal("champion", Text(body.GetProperty("data").GetProperty("event"), "alias"));
        Assert.Equal("user:ada", Text(body.GetProperty("data"), "actor"));
        var signed = $"{received.Headers["webhook-id"]}.{received.Headers["webhook-timestamp"]}.{received.Body}";
        var expected = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes("secret-key"), Encoding.UTF8.GetBytes(signed)));
        Assert.Equal("v1," + expected, received.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Each_webhook_hears_of_what_it_subscribed_to_and_of_nothing_else()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync();
        await CreateAsync(platform, receiver, [new(LedgerEvents.VersionAdded, AssetKind.Model), new(LedgerEvents.AssetTagSet)]);
        await CreateAsync(platform, receiver, [new(LedgerEvents.All, AssetKind.Report)]);
        var disabled = await CreateAsync(platform, receiver, [new(LedgerEvents.All)]);
        await platform.Get<IWebhooks>().UpdateAsync(Ada, disabled.Id, new(Status: WebhookStatus.Disabled));
        await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new { content = 1 }));
        await platform.Get<IRegistry>().SetTagsAsync(Ada, AssetKind.Dataset, "flights", new Dictionary<string, string?> { ["a"] = "1" });
        await platform.Get<IRegistry>().SetTagsAsync(Ada, AssetKind.Dataset, "flights", new Dictionary<string, string?> { ["a"] = "1" }); // it is so already
        await DeliverAsync(platform);

        Assert.Equal(["dev.orrery.asset.tag-set", "dev.orrery.version.added"], receiver.Requests.Select(Type).Order());
        Assert.All(receiver.Requests, request => Assert.DoesNotContain("webhook-signature", request.Headers.Keys)); // without a secret
    }

    [Fact]
    public async Task What_was_refused_is_sent_again_later_under_the_same_id_and_given_up_in_the_end()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(55));
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync(time, options => options.MaxAttempts = 3);
        var webhook = await CreateAsync(platform, receiver, [new(LedgerEvents.VersionAdded)]);
        receiver.Answer = 503;
        await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        await DeliverAsync(platform);
        await DeliverAsync(platform); // not due yet
        Assert.Single(receiver.Requests);
        time.Advance(TimeSpan.FromSeconds(1));
        await DeliverAsync(platform);
        Assert.Equal((DeliveryState.Pending, 2, 503), await OutcomeAsync(platform, webhook));
        time.Advance(TimeSpan.FromSeconds(2));
        await DeliverAsync(platform);

        Assert.Equal((DeliveryState.Failed, 3, 503), await OutcomeAsync(platform, webhook));
        Assert.Single(receiver.Requests.Select(request => request.Headers["webhook-id"]).Distinct());
        Assert.Equal(0, await platform.Work.CountAsync(WebhookRelay.Queue));
    }

    [Fact]
    public async Task A_receiver_that_comes_back_gets_what_it_missed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(55));
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync(time);
        var webhook = await CreateAsync(platform, receiver, [new(LedgerEvents.VersionAdded)]);
        receiver.Answer = 500;
        await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        await DeliverAsync(platform);
        receiver.Answer = 204;
        time.Advance(TimeSpan.FromMinutes(1));
        await DeliverAsync(platform);

        Assert.Equal((DeliveryState.Delivered, 2, 204), await OutcomeAsync(platform, webhook));
    }

    [Fact]
    public async Task What_was_written_before_a_crash_is_told_after_it()
    {
        using var folder = new TempFolder();
        await using var receiver = await Receiver.StartAsync();
        await using (var before = await StartInAsync(folder, services => Open(services)))
        {
            await CreateAsync(before, receiver, [new(LedgerEvents.VersionAdded)]);
            await before.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        }

        await using var after = await StartInAsync(folder, services => Open(services));
        await DeliverAsync(after);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_change_that_fails_is_told_to_nobody()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync();
        await CreateAsync(platform, receiver, [new(LedgerEvents.All)]);
        await platform.Get<IRegistry>().CreateAsync(Ada, new(AssetKind.Model, "flights"));
        await Assert.ThrowsAsync<ConflictException>(() => platform.Get<IRegistry>().CreateAsync(Ada, new(AssetKind.Model, "flights")));
        await DeliverAsync(platform);

        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task This_machine_and_private_networks_are_not_reached_unless_that_is_allowed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => CreateAsync(platform, receiver, [new(LedgerEvents.All)]));
        foreach (var url in new[] { "https://127.0.0.1:1/", "https://localhost:1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]:1/" })
        {
            var webhook = await platform.Get<IWebhooks>().CreateAsync(Ada, new("inside", url, [new(LedgerEvents.All)]));
            var answer = await platform.Get<IWebhooks>().TestAsync(Ada, webhook.Id, null);
            Assert.False(answer.Success);
            Assert.Contains("not a public one", answer.Error);
        }

        Assert.Empty(receiver.Requests);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("example.com")]
    [InlineData("")]
    public async Task Urls_that_are_no_receivers_are_refused(string url)
    {
        await using var platform = await StartOpenAsync();
        await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IWebhooks>().CreateAsync(Ada, new("hook", url, [new(LedgerEvents.All)])));
    }

    [Fact]
    public async Task An_unknown_event_is_refused_with_the_nearest_known()
    {
        await using var platform = await StartOpenAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IWebhooks>().CreateAsync(Ada, new("hook", "https://example.com/", [new("alias.sett")])));
        Assert.Contains("Did you mean 'alias.set'?", refusal.Message);
    }

    [Fact]
    public async Task A_test_sends_an_example_and_says_what_the_receiver_answered()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync();
        var webhook = await CreateAsync(platform, receiver, [new(LedgerEvents.AliasSet)]);
        receiver.Answer = 418;
        var answer = await platform.Get<IWebhooks>().TestAsync(Ada, webhook.Id, new(LedgerEvents.VersionAdded));

        Assert.Equal((false, 418, "heard"), (answer.Success, answer.StatusCode, answer.Body));
        Assert.Equal("dev.orrery.version.added", Type(Assert.Single(receiver.Requests)));
    }

    [Fact]
    public async Task Secrets_are_enciphered_and_another_workspace_sees_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await StartOpenAsync();
        var webhook = await CreateAsync(platform, receiver, [new(LedgerEvents.All)], Secret);
        var kept = await platform.Database.ReadAsync((connection, _) => Task.FromResult(connection.GetTable<WebhookRow>().Single().Secret));

        Assert.NotNull(kept);
        Assert.DoesNotContain("c2VjcmV0", kept, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<IWebhooks>().GetAsync(Ada with { Workspace = "other" }, webhook.Id));
        Assert.Empty((await platform.Get<IWebhooks>().ListAsync(Ada with { Workspace = "other" }, null, new())).Items);
        await platform.Get<IWebhooks>().DeleteAsync(Ada, webhook.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<IWebhooks>().GetAsync(Ada, webhook.Id));
    }

    private static Task<TestPlatform> StartOpenAsync(TimeProvider? time = null, Action<WebhookOptions>? change = null) => StartAsync(services => Open(services, change), time);

    private static void Open(IServiceCollection services, Action<WebhookOptions>? change = null) => services.Configure<WebhookOptions>(options =>
    {
        options.AllowPrivateAddresses = true;
        change?.Invoke(options);
    });

    private static Task<Webhook> CreateAsync(TestPlatform platform, Receiver receiver, IReadOnlyList<WebhookSubscription> subscriptions, string? secret = null) =>
        platform.Get<IWebhooks>().CreateAsync(Ada, new("hook", receiver.Url, subscriptions, Secret: secret));

    private static async Task DeliverAsync(TestPlatform platform)
    {
        var relay = platform.Get<WebhookRelay>();
        await relay.RelayAsync(default);
        while (await relay.DeliverNextAsync("test", default))
        {
        }
    }

    private static async Task<(DeliveryState State, int Attempts, int? StatusCode)> OutcomeAsync(TestPlatform platform, Webhook webhook)
    {
        var delivery = Assert.Single((await platform.Get<IWebhooks>().DeliveriesAsync(Ada, webhook.Id, new())).Items);
        return (delivery.State, delivery.Attempts, delivery.StatusCode);
    }

    private static string Type(Received request) => Text(JsonDocument.Parse(request.Body).RootElement, "type");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
