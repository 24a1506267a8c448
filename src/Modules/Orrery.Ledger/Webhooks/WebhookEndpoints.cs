using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Webhooks;

/// <summary>Which event a test sends an example of; the first that the webhook hears of where null.</summary>
public sealed record TestWebhook(WebhookSubscription? Example = null);

// A webhook makes the server send requests to where its maker says, so making one takes more than an editor.
internal static class WebhookEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapApi("Webhooks", "/webhooks");
        webhooks.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListWebhooks").WithSummary("The workspace's webhooks, newest first; never their secrets.");
        webhooks.MapPost("", CreateAsync).RequireRole(Role.Approver).WithName("CreateWebhook").WithSummary("Makes a webhook that is told of events of assets.");
        webhooks.MapGet("/{id}", GetAsync).RequireRole(Role.Viewer).WithName("GetWebhook").WithSummary("A webhook.");
        webhooks.MapPatch("/{id}", UpdateAsync).RequireRole(Role.Approver).WithName("UpdateWebhook").WithSummary("Changes a webhook; what is left out stays.");
        webhooks.MapDelete("/{id}", DeleteAsync).RequireRole(Role.Approver).WithName("DeleteWebhook").WithSummary("Removes a webhook and what it was still to hear.");
        webhooks.MapPost("/{id}/test", TestAsync).RequireRole(Role.Approver).WithName("TestWebhook").WithSummary("Sends an example at once and says what the receiver answered.");
        webhooks.MapGet("/{id}/deliveries", DeliveriesAsync).RequireRole(Role.Viewer).WithName("ListDeliveries").WithSummary("What was sent or is to be, newest first.");
    }

    private static async Task<Ok<Page<Webhook>>> ListAsync(HttpContext http, IWebhooks webhooks, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.ListAsync(http.Caller(), null, page.ToRequest(), cancellationToken));

    private static async Task<Created<Webhook>> CreateAsync(HttpContext http, IWebhooks webhooks, NewWebhook body, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.CreateAsync(http.Caller(), body, cancellationToken);
        return TypedResults.Created($"{NativeApi.Root}/webhooks/{webhook.Id}", webhook);
    }

    private static async Task<Ok<Webhook>> GetAsync(HttpContext http, IWebhooks webhooks, string id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.GetAsync(http.Caller(), id, cancellationToken));

    private static async Task<Ok<Webhook>> UpdateAsync(HttpContext http, IWebhooks webhooks, string id, WebhookChange body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.UpdateAsync(http.Caller(), id, body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(HttpContext http, IWebhooks webhooks, string id, CancellationToken cancellationToken)
    {
        await webhooks.DeleteAsync(http.Caller(), id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<WebhookAnswer>> TestAsync(HttpContext http, IWebhooks webhooks, string id, TestWebhook body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.TestAsync(http.Caller(), id, body.Example, cancellationToken));

    private static async Task<Ok<Page<WebhookDelivery>>> DeliveriesAsync(
        HttpContext http, IWebhooks webhooks, string id, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await webhooks.DeliveriesAsync(http.Caller(), id, page.ToRequest(), cancellationToken));
}
