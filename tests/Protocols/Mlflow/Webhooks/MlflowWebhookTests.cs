using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Ledger.Webhooks;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Webhooks;

public sealed class MlflowWebhookTests
{
    [Fact]
    public async Task Deliveries_have_MLflows_headers_body_and_signature()
    {
        var received = new BlockingCollection<(string Body, IHeaderDictionary Headers)>();
        await using var receiver = await ReceiverAsync(received);
        await using var server = await MlflowServer.StartAsync(services => services.Configure<WebhookOptions>(options => options.AllowPrivateAddresses = true));
        await server.PostAsync("/webhooks", new
        {
            name = "hook",
            url = receiver.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
            secret = "top secret",
            events = new object[] { new { entity = "MODEL_VERSION", action = "CREATED" }, new { entity = 4, action = 1 } },
        });
        await server.PostAsync("/registered-models/create", new { name = "flights" }); // nobody asked for this
        await server.PostAsync("/model-versions/create", new { name = "flights", source = "s3://bucket/model", tags = new[] { new { key = "a", value = "1" } } });
        await server.PostAsync("/registered-models/alias", new { name = "flights", alias = "champion", version = "1" });

        var bodies = new Dictionary<string, string>();
        foreach (var (body, headers) in new[] { received.Take(), received.Take() }) // waits until they came
        {
            var message = JsonDocument.Parse(body).RootElement;
            bodies[message.GetProperty("entity").GetString()!] = message.GetProperty("data").GetRawText();
            var signed = $"{headers["X-MLflow-Delivery-Id"]}.{headers["X-MLflow-Timestamp"]}.{body}";
            var expected = Convert.ToBase64String(HMACSHA256.HashData("top secret"u8.ToArray(), Encoding.UTF8.GetBytes(signed)));
            Assert.Equal("v1," + expected, headers["X-MLflow-Signature"].ToString());
        }

        Assert.Equal("""{"name":"flights","version":"1","source":"s3://bucket/model","run_id":null,"tags":{"a":"1"},"description":null}""", bodies["model_version"]);
        Assert.Equal("""{"name":"flights","alias":"champion","version":"1"}""", bodies["model_version_alias"]);
        Assert.Empty(received);
    }

    [Fact]
    public async Task What_MLflows_clients_did_not_make_they_do_not_see()
    {
        await using var server = await MlflowServer.StartAsync();
        var own = await server.Get<IWebhooks>().CreateAsync(MlflowServer.Admin, new("native", "https://example.com/", [new(LedgerEvents.All)]));
        var made = (await server.PostAsync("/webhooks", new { name = "hook", url = "https://example.com/", events = new[] { new { entity = "PROMPT_ALIAS", action = "CREATED" } } })).GetProperty("webhook");

        var listed = Assert.Single((await server.GetAsync("/webhooks")).GetProperty("webhooks").EnumerateArray());
        Assert.Equal(made.GetRawText(), listed.GetRawText());
        Assert.Equal("""[{"entity":"PROMPT_ALIAS","action":"CREATED"}]""", listed.GetProperty("events").GetRawText());
        Assert.False(made.TryGetProperty("secret", out _));
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST", $"Webhook with ID {own.Id} not found."), await server.RefusedAsync(HttpMethod.Get, $"/webhooks/{own.Id}"));
        Assert.Equal(404, (await server.RefusedAsync(HttpMethod.Delete, $"/webhooks/{own.Id}")).Status);
    }

    [Theory]
    [InlineData("-bad", "https://example.com/", "MODEL_VERSION", "CREATED", "Webhook name '-bad' is invalid")]
    [InlineData("hook", "ftp://example.com/", "MODEL_VERSION", "CREATED", "Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https.")]
    [InlineData("hook", "http://example.com/", "MODEL_VERSION", "CREATED", "Invalid webhook URL scheme: 'http'")]
    [InlineData("hook", "   ", "MODEL_VERSION", "CREATED", "cannot be empty or just whitespace")]
    [InlineData("hook", "https://example.com/", "MODEL_VERSION", "SET", "Invalid action 'set' for entity 'model_version'")]
    [InlineData("hook", "https://example.com/", "NOTHING", "CREATED", "Invalid action 'created' for entity 'nothing'")]
    public async Task What_cannot_be_a_webhook_is_refused_in_MLflows_words(string name, string url, string entity, string action, string message)
    {
        await using var server = await MlflowServer.StartAsync();
        var refusal = await server.RefusedAsync(HttpMethod.Post, "/webhooks", new { name, url, events = new[] { new { entity, action } } });
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (refusal.Status, refusal.Code));
        Assert.Contains(message, refusal.Message);
    }

    private static async Task<WebApplication> ReceiverAsync(BlockingCollection<(string, IHeaderDictionary)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            received.Add((await reader.ReadToEndAsync(), new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value))));
        });
        await app.StartAsync();
        return app;
    }
}
