using System.Text.Json;
using System.Threading.Channels;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Webhooks;

/// <summary>
/// Writes down which webhooks are to hear of an event, in the transaction of the event itself: what happened is told, and what did not happen is not,
/// whenever the process dies. <see cref="WebhookRelay"/> takes it from there.
/// </summary>
internal sealed class EventOutbox(TimeProvider clock)
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has something to read after an event that a webhook is to hear of; its transaction may not have ended yet.</summary>
    public ChannelReader<bool> Wakes => _wakes.Reader;

    public void Append(DataConnection transaction, Caller caller, LedgerEvent happened)
    {
        var kind = happened.Kind.ToString();
        var listeners = (from webhook in transaction.GetTable<WebhookRow>()
                         join wanted in transaction.GetTable<SubscriptionRow>() on webhook.Id equals wanted.WebhookId
                         where webhook.Workspace == caller.Workspace && webhook.Active
                             && (wanted.Event == happened.Type || wanted.Event == LedgerEvents.All) && (wanted.Kind == "" || wanted.Kind == kind)
                         select webhook.Id).Distinct().ToList();
        if (listeners.Count == 0)
            return;
        var now = Instant.Now(clock);
        var recorded = new RecordedEvent(NewId(now), caller.Workspace, caller.Actor, now, happened);
        var json = JsonSerializer.Serialize(recorded, LedgerJson.Options);
        foreach (var listener in listeners)
        {
            transaction.Insert(new DeliveryRow
            {
                Id = NewId(now),
                WebhookId = listener,
                Type = happened.Type,
                Event = json,
                State = DeliveryRow.Pending,
                CreatedAt = Instant.ToColumn(now),
            });
        }

        _wakes.Writer.TryWrite(true);
    }

    private static string NewId(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");
}
