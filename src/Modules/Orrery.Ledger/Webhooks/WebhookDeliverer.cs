using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Webhooks;

/// <summary>Makes one attempt at a delivery and writes down how it came out.</summary>
internal sealed class WebhookDeliverer(IDatabase database, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>When it is to be tried again; null where it is done with: delivered, given up, or nobody wants it any more.</summary>
    public async Task<DateTimeOffset?> DeliverAsync(string id, CancellationToken cancellationToken)
    {
        var (delivery, webhook) = await database.ReadAsync(async (connection, token) =>
        {
            var row = await connection.GetTable<DeliveryRow>().SingleOrDefaultAsync(found => found.Id == id, token);
            return (row, row is null ? null : await connection.GetTable<WebhookRow>().SingleOrDefaultAsync(found => found.Id == row.WebhookId, token));
        }, cancellationToken);
        if (delivery is not { State: DeliveryRow.Pending or DeliveryRow.Queued } || webhook is null)
            return null;
        var answer = webhook.Active ? await AttemptAsync(webhook, delivery, cancellationToken) : new(false, Error: "The webhook was disabled.");
        if (answer is null)
        {
            await database.WriteAsync(transaction => transaction.GetTable<DeliveryRow>().Where(row => row.Id == id).Delete(), cancellationToken);
            return null;
        }

        var attempts = delivery.Attempts + 1;
        var givenUp = !answer.Success && (attempts >= options.Value.MaxAttempts || !webhook.Active);
        await NoteAsync(delivery, attempts, answer, givenUp, cancellationToken);
        return answer.Success || givenUp ? null : clock.GetUtcNow() + Wait(attempts);
    }

    private async Task<WebhookAnswer?> AttemptAsync(WebhookRow webhook, DeliveryRow delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendAsync(webhook, delivery.Id, delivery.ToEvent(), cancellationToken);
        }
        catch (OrreryException refusal) when (refusal.Code is ErrorCode.PreconditionFailed or ErrorCode.NotFound)
        {
            return new(false, Error: refusal.Message); // the secret cannot be read, the format is unknown, the version is gone
        }
    }

    private Task NoteAsync(DeliveryRow delivery, int attempts, WebhookAnswer answer, bool givenUp, CancellationToken cancellationToken)
    {
        var now = Instant.ToColumn(clock.GetUtcNow());
        var forgotten = Instant.ToColumn(clock.GetUtcNow() - options.Value.Retention);
        var state = answer.Success ? DeliveryRow.Delivered : givenUp ? DeliveryRow.Failed : DeliveryRow.Queued;
        var error = answer.Success ? null : answer.Error ?? "The receiver did not take it.";
        return database.WriteAsync(transaction =>
        {
            transaction.GetTable<DeliveryRow>().Where(row => row.Id == delivery.Id)
                .Set(row => row.State, state).Set(row => row.Attempts, attempts).Set(row => row.StatusCode, answer.StatusCode).Set(row => row.Error, error)
                .Set(row => row.FinishedAt, state == DeliveryRow.Queued ? (long?)null : now).Update();
            transaction.GetTable<DeliveryRow>().Where(row => row.WebhookId == delivery.WebhookId && row.FinishedAt < forgotten).Delete();
        }, cancellationToken);
    }

    private TimeSpan Wait(int attempts)
    {
        var wait = options.Value.FirstWait * Math.Pow(2, attempts - 1);
        return wait < LongestWait ? wait : LongestWait;
    }
}
