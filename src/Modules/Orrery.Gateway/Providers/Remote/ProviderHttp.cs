using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;

namespace Orrery.Gateway.Providers.Remote;

/// <summary>
/// The HTTP clients of remote providers, made with the first request: one that reaches public hosts alone, checked where the connection is made, and one for the private
/// hosts that the configuration names. Redirects are not followed: a key must not travel on.
/// </summary>
internal sealed class ProviderHttp(IOptions<GatewayOptions> options) : IDisposable
{
    private readonly Lazy<HttpClient> _public = new(() => Make(allowsPrivate: false));
    private readonly Lazy<HttpClient> _private = new(() => Make(allowsPrivate: true));

    public HttpClient For(Uri url) => options.Value.PrivateHosts.Contains(url.Authority, StringComparer.OrdinalIgnoreCase) || options.Value.PrivateHosts.Contains($"{url.Host}:{url.Port}", StringComparer.OrdinalIgnoreCase)
        ? _private.Value
        : _public.Value;

    public void Dispose()
    {
        foreach (var client in (Lazy<HttpClient>[])[_public, _private])
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    private static HttpClient Make(bool allowsPrivate)
    {
        var policy = new AntiSSRFPolicy(allowsPrivate ? PolicyConfigOptions.None : PolicyConfigOptions.ExternalOnlyLatest) { AllowPlainTextHttp = allowsPrivate };
        var handler = policy.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        // The gateway keeps time itself: an answer may stream for an hour, and be silent for a minute at most.
        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
