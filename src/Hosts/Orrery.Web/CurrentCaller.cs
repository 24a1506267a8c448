using Microsoft.AspNetCore.Components.Authorization;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Web;

/// <summary>Who looks at the page, in which workspace: the user that the server signed the circuit's request in as.</summary>
internal sealed class CurrentCaller(AuthenticationStateProvider authentication, ISignIn signIn)
{
    /// <summary>Asked for before each read and each action: a page stays open longer than a token may be good.</summary>
    /// <exception cref="OrreryException">They are signed out: their token was revoked.</exception>
    public async ValueTask<Caller> GetAsync(CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return user is CallerPrincipal principal && await signIn.IsKnownAsync(principal, cancellationToken)
            ? principal.Caller
            : throw new OrreryException(ErrorCode.Unauthenticated, "You are signed out: your token was revoked. Load the page again to sign in.");
    }
}
