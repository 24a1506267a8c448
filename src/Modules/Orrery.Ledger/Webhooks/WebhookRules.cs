using Orrery.Kernel;

namespace Orrery.Ledger.Webhooks;

/// <summary>What a webhook may be, checked before it is written. Whether the address is a public one is known only when it is sent to.</summary>
internal static class WebhookRules
{
    private const int MaxUrlLength = 2048;
    private const int MaxSubscriptions = 100;

    public static void CheckUrl(string? url, WebhookOptions options)
    {
        if (url is not { Length: > 0 and <= MaxUrlLength } || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new InvalidException($"Expected the URL of a receiver, such as https://example.com/hooks, of at most {MaxUrlLength} characters; got '{Shorten(url)}'.");
        if (uri.Scheme != Uri.UriSchemeHttps && !(options.AllowPrivateAddresses && uri.Scheme == Uri.UriSchemeHttp))
            throw new InvalidException($"A webhook goes to https; '{Shorten(url)}' is {uri.Scheme}. Ledger:Webhooks:AllowPrivateAddresses=true allows http too.");
        if (uri.UserInfo.Length > 0)
            throw new InvalidException("A webhook's URL holds no user and password; the signature tells the receiver who sends.");
    }

    public static void Check(IReadOnlyList<WebhookSubscription> subscriptions)
    {
        if (subscriptions.Count is 0 or > MaxSubscriptions)
            throw new InvalidException($"A webhook hears of 1 to {MaxSubscriptions} kinds of events; got {subscriptions.Count}. '{LedgerEvents.All}' stands for all.");
        foreach (var wanted in subscriptions)
        {
            if (wanted.Event == LedgerEvents.All || LedgerEvents.Types.Contains(wanted.Event))
                continue;
            var nearest = NearestName.Of(wanted.Event, LedgerEvents.Types) is { } name ? $" Did you mean '{name}'?" : "";
            throw new InvalidException($"There is no event '{Shorten(wanted.Event)}'.{nearest} The events: {string.Join(", ", LedgerEvents.Types)}.");
        }
    }

    private static string Shorten(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text ?? "";
}
