using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Webhooks;

/// <summary>MLflow's webhooks: webhooks of the ledger in MLflow's format. Those that were made otherwise are not shown to its clients. Source: mlflow/protos/webhooks.proto (3.5).</summary>
internal sealed partial class WebhookEndpoints(IServiceProvider services)
{
    private const int MostFound = 1000;

    private readonly Lazy<IWebhooks> _webhooks = new(services.GetRequiredService<IWebhooks>);
    private readonly Lazy<WebhookOptions> _options = new(() => services.GetRequiredService<IOptions<WebhookOptions>>().Value);

    public void Map(MlflowRoutes routes) => routes
        .Post("/webhooks", Role.Approver, CreateAsync)
        .Get("/webhooks", Role.Viewer, ListAsync)
        .Get("/webhooks/{webhook}", Role.Viewer, GetAsync)
        .Patch("/webhooks/{webhook}", Role.Approver, UpdateAsync)
        .Delete("/webhooks/{webhook}", Role.Approver, DeleteAsync)
        .Post("/webhooks/{webhook}/test", Role.Approver, TestAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var webhook = new NewWebhook(
            Name(fields.RequiredText("name")), Url(fields.RequiredText("url")), Events(fields), fields.Text("description") ?? "", NotEmpty(fields.Text("secret")),
            Status(fields) ?? WebhookStatus.Active)
        {
            Format = MlflowWebhookFormat.FormatName,
        };
        await AnswerAsync(call, await _webhooks.Value.CreateAsync(call.Caller, webhook, call.Cancelled));
    }

    private async Task ListAsync(MlflowCall call)
    {
        var page = await _webhooks.Value.ListAsync(
            call.Caller, MlflowWebhookFormat.FormatName, new(call.Fields.Count("max_results", 100, MostFound), NotEmpty(call.Fields.Text("page_token"))), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("webhooks"u8, page.Items, Write);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await FindAsync(call));

    private async Task UpdateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var webhook = await FindAsync(call);
        var change = new WebhookChange(
            NotEmpty(fields.Text("name")) is { } name ? Name(name) : null, NotEmpty(fields.Text("url")) is { } url ? Url(url) : null,
            fields.Messages("events").Count > 0 ? Events(fields) : null, NotEmpty(fields.Text("description")), NotEmpty(fields.Text("secret")), Status(fields));
        await AnswerAsync(call, await _webhooks.Value.UpdateAsync(call.Caller, webhook.Id, change, call.Cancelled));
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        var webhook = await FindAsync(call);
        await _webhooks.Value.DeleteAsync(call.Caller, webhook.Id, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task TestAsync(MlflowCall call)
    {
        var webhook = await FindAsync(call);
        var example = call.Fields.Message("event") is { } message ? Event(message).Subscriptions.First() : null;
        var answer = await _webhooks.Value.TestAsync(call.Caller, webhook.Id, example, call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("result"u8);
            json.WriteBoolean("success"u8, answer.Success);
            if (answer.StatusCode is { } status)
                json.WriteNumber("response_status"u8, status);
            json.WriteText("response_body"u8, answer.Body);
            json.WriteText("error_message"u8, answer.Error is { } error ? $"Failed to test webhook: {error}" : null);
            json.WriteEndObject();
        });
    }

    private async Task<Webhook> FindAsync(MlflowCall call)
    {
        var id = call.Route("webhook");
        try
        {
            if (await _webhooks.Value.GetAsync(call.Caller, id, call.Cancelled) is { Format: MlflowWebhookFormat.FormatName } webhook)
                return webhook;
        }
        catch (NotFoundException)
        {
            // Said below, in MLflow's words.
        }

        throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Webhook with ID {id} not found.");
    }

    private static Task AnswerAsync(MlflowCall call, Webhook webhook) => call.AnswerAsync(json =>
    {
        json.WriteStartObject("webhook"u8);
        Write(json, webhook);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, Webhook webhook)
    {
        json.WriteString("webhook_id"u8, webhook.Id);
        json.WriteString("name"u8, webhook.Name);
        json.WriteText("description"u8, NotEmpty(webhook.Description));
        json.WriteString("url"u8, webhook.Url);
        json.WriteEach("events"u8, webhook.Subscriptions.Select(wanted => MlflowEvent.Of(wanted.Event, wanted.Kind)).OfType<MlflowEvent>().Distinct(), static (json, word) =>
        {
            json.WriteString("entity"u8, word.Entity);
            json.WriteString("action"u8, word.Action);
        });
        json.WriteString("status"u8, webhook.Status == WebhookStatus.Active ? "ACTIVE"u8 : "DISABLED"u8);
        json.WriteTime("creation_timestamp"u8, webhook.CreatedAt);
        json.WriteTime("last_updated_timestamp"u8, webhook.UpdatedAt);
    }

    private static List<WebhookSubscription> Events(MlflowFields fields)
    {
        var events = fields.Messages("events").Select(Event).Distinct().SelectMany(word => word.Subscriptions).ToList();
        return events.Count > 0 ? events : throw MlflowException.Invalid("Webhook events must be a non-empty list of WebhookEvent objects: [].");
    }

    private static MlflowEvent Event(MlflowFields fields)
    {
        var (entity, action) = (fields.Word("entity"), fields.Word("action"));
        return MlflowEvent.Find(entity, action) ?? throw MlflowException.Invalid(
            $"Invalid action '{action.ToLowerInvariant()}' for entity '{entity.ToLowerInvariant()}'. Valid are: {string.Join(", ", MlflowEvent.All.Select(word => $"{word.Entity}.{word.Action}".ToLowerInvariant()))}");
    }

    private static WebhookStatus? Status(MlflowFields fields) => fields.Word("status").ToUpperInvariant() switch
    {
        "" => null,
        "ACTIVE" or "1" => WebhookStatus.Active,
        "DISABLED" or "2" => WebhookStatus.Disabled,
        _ => throw fields.Wrong("status", "Valid values are ACTIVE, DISABLED."),
    };

    private static string Name(string name) => NamePattern.IsMatch(name) ? name : throw MlflowException.Invalid(
        $"Webhook name '{name}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).");

    private string Url(string url)
    {
        if (string.IsNullOrWhiteSpace(url))
            throw MlflowException.Invalid($"Webhook URL cannot be empty or just whitespace: '{url}'");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            throw MlflowException.Invalid($"Invalid webhook URL '{url}'");
        string[] schemes = _options.Value.AllowPrivateAddresses ? ["https", "http"] : ["https"];
        return schemes.Contains(uri.Scheme) ? url : throw MlflowException.Invalid($"Invalid webhook URL scheme: '{uri.Scheme}'. Allowed schemes are: {string.Join(", ", schemes)}.");
    }

    private static string? NotEmpty(string? text) => text is { Length: > 0 } ? text : null;

    [GeneratedRegex(@"^(?=.{1,63}\z)[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern { get; }
}
