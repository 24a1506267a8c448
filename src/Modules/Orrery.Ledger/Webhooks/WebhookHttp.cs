using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;

namespace Orrery.Ledger.Webhooks;

/// <summary>
/// The HTTP client of deliveries, made with the first one. Addresses are checked where the connection is made, so a name that resolves to another
/// address between the check and the request gains nothing; redirects are not followed, and no cookie is kept.
/// </summary>
internal sealed class WebhookHttp(IOptions<WebhookOptions> options) : IDisposable
{
    private readonly Lazy<HttpClient> _client = new(() => Make(options.Value));

    public HttpClient Client => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    private static HttpClient Make(WebhookOptions options)
    {
        var policy = new AntiSSRFPolicy(options.AllowPrivateAddresses ? PolicyConfigOptions.None : PolicyConfigOptions.ExternalOnlyLatest)
        {
            AllowPlainTextHttp = options.AllowPrivateAddresses,
        };
        var handler = policy.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        return new(handler) { Timeout = options.Timeout, MaxResponseContentBufferSize = 1 << 20 };
    }
}
