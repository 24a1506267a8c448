using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Keys;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Webhooks;

/// <summary>Webhooks on the relational port.</summary>
internal sealed class WebhookStore(
    IDatabase database, IAudit audit, ServerKeys keys, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider clock) : IWebhooks
{
    private const int MaxWebhooks = 1000; // of a workspace: each of its changes looks through them

    public Task<Webhook> CreateAsync(Caller caller, NewWebhook webhook, CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(webhook.Name, "webhook");
        LedgerNames.CheckText(webhook.Description, "description");
        WebhookRules.CheckUrl(webhook.Url, options.Value);
        WebhookRules.Check(webhook.Subscriptions);
        var now = Instant.Now(clock);
        var row = new WebhookRow
        {
            Id = Guid.CreateVersion7(now).ToString("N"),
            Workspace = caller.Workspace,
            Name = webhook.Name,
            Description = webhook.Description,
            Url = webhook.Url,
            Format = webhook.Format,
            Active = webhook.Status == WebhookStatus.Active,
            CreatedBy = caller.Actor,
            CreatedAt = Instant.ToColumn(now),
            UpdatedAt = Instant.ToColumn(now),
        };
        row = row with { Secret = Enciphered(webhook.Secret, row.Id) };
        return database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller);
            if (transaction.GetTable<WebhookRow>().Count(other => other.Workspace == caller.Workspace) >= MaxWebhooks)
                throw new QuotaExceededException($"The workspace '{caller.Workspace}' has {MaxWebhooks} webhooks; remove one first.");
            transaction.Insert(row);
            var subscriptions = Subscribe(transaction, row.Id, webhook.Subscriptions);
            audit.Append(transaction, caller, "webhook.created", $"webhook/{row.Id}", $"{row.Name} to {new Uri(row.Url).Host}");
            return row.ToWebhook(subscriptions);
        }, cancellationToken);
    }

    public Task<Webhook> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var row = await FindAsync(connection, caller, id, token);
            return row.ToWebhook(await SubscriptionsAsync(connection, [id], token));
        }, cancellationToken);

    public Task<Page<Webhook>> ListAsync(Caller caller, string? format, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 1)?[0];
        return database.ReadAsync(async (connection, token) =>
        {
            // Ids sort by time.
            var rows = await connection.GetTable<WebhookRow>()
                .Where(row => row.Workspace == caller.Workspace && (format == null || row.Format == format) && (after == null || row.Id.CompareTo(after) < 0))
                .OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(token);
            var subscriptions = (await SubscriptionsAsync(connection, [.. rows.Select(row => row.Id)], token)).ToLookup(row => row.WebhookId);
            return rows.ToPage(limit, row => row.ToWebhook(subscriptions[row.Id]), row => [row.Id]);
        }, cancellationToken);
    }

    public Task<Webhook> UpdateAsync(Caller caller, string id, WebhookChange change, CancellationToken cancellationToken = default)
    {
        if (change.Name is not null)
            LedgerNames.Check(change.Name, "webhook");
        LedgerNames.CheckText(change.Description, "description");
        if (change.Url is not null)
            WebhookRules.CheckUrl(change.Url, options.Value);
        if (change.Subscriptions is not null)
            WebhookRules.Check(change.Subscriptions);
        var secret = Enciphered(change.Secret, id);
        return database.WriteAsync(transaction =>
        {
            var before = transaction.GetTable<WebhookRow>().SingleOrDefault(row => row.Id == id && row.Workspace == caller.Workspace) ?? throw Missing(caller, id);
            var row = before with
            {
                Name = change.Name ?? before.Name,
                Description = change.Description ?? before.Description,
                Url = change.Url ?? before.Url,
                Secret = secret ?? before.Secret,
                Active = change.Status is { } status ? status == WebhookStatus.Active : before.Active,
                UpdatedAt = Instant.ToColumn(clock.GetUtcNow()),
            };
            transaction.Update(row);
            if (change.Subscriptions is { } wanted)
            {
                transaction.GetTable<SubscriptionRow>().Where(old => old.WebhookId == id).Delete();
                Subscribe(transaction, id, wanted);
            }

            audit.Append(transaction, caller, "webhook.changed", $"webhook/{id}", $"{row.Name} to {new Uri(row.Url).Host}");
            return row.ToWebhook(transaction.GetTable<SubscriptionRow>().Where(s => s.WebhookId == id).OrderBy(s => s.Position).ToList());
        }, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) => database.WriteAsync(transaction =>
    {
        if (transaction.GetTable<WebhookRow>().Where(row => row.Id == id && row.Workspace == caller.Workspace).Delete() == 0)
            throw Missing(caller, id);
        transaction.GetTable<SubscriptionRow>().Where(row => row.WebhookId == id).Delete();
        transaction.GetTable<DeliveryRow>().Where(row => row.WebhookId == id).Delete();
        audit.Append(transaction, caller, "webhook.deleted", $"webhook/{id}");
    }, cancellationToken);

    public async Task<WebhookAnswer> TestAsync(Caller caller, string id, WebhookSubscription? example, CancellationToken cancellationToken = default)
    {
        if (example is not null)
            WebhookRules.Check([example]);
        var (row, subscriptions) = await database.ReadAsync(
            async (connection, token) => (await FindAsync(connection, caller, id, token), await SubscriptionsAsync(connection, [id], token)), cancellationToken);
        return await sender.TestAsync(row, example ?? subscriptions[0].ToSubscription(), cancellationToken);
    }

    public Task<Page<WebhookDelivery>> DeliveriesAsync(Caller caller, string id, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 1)?[0];
        return database.ReadAsync(async (connection, token) =>
        {
            await FindAsync(connection, caller, id, token);
            var rows = await connection.GetTable<DeliveryRow>().Where(row => row.WebhookId == id && (after == null || row.Id.CompareTo(after) < 0))
                .OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(token);
            return rows.ToPage(limit, row => row.ToDelivery(), row => [row.Id]);
        }, cancellationToken);
    }

    private static async Task<WebhookRow> FindAsync(DataConnection connection, Caller caller, string id, CancellationToken cancellationToken) =>
        await connection.GetTable<WebhookRow>().SingleOrDefaultAsync(row => row.Id == id && row.Workspace == caller.Workspace, cancellationToken) ?? throw Missing(caller, id);

    private static Task<List<SubscriptionRow>> SubscriptionsAsync(DataConnection connection, string[] ids, CancellationToken cancellationToken) =>
        connection.GetTable<SubscriptionRow>().Where(row => ids.Contains(row.WebhookId)).OrderBy(row => row.Position).ToListAsync(cancellationToken);

    private static List<SubscriptionRow> Subscribe(DataConnection transaction, string id, IReadOnlyList<WebhookSubscription> subscriptions)
    {
        var rows = subscriptions.Select((wanted, position) => new SubscriptionRow { WebhookId = id, Position = position, Event = wanted.Event, Kind = wanted.Kind?.ToString() ?? "" }).ToList();
        foreach (var row in rows)
            transaction.Insert(row);
        return rows;
    }

    private string? Enciphered(string? secret, string id)
    {
        LedgerNames.CheckText(secret, "secret");
        return string.IsNullOrEmpty(secret) ? null : keys.Encipher(secret, id);
    }

    private static NotFoundException Missing(Caller caller, string id) => new($"There is no webhook '{id}' in workspace '{caller.Workspace}'.");
}
