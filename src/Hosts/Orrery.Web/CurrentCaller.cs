using Microsoft.AspNetCore.Components.Authorization;
using Orrery.Platform.Access;

namespace Orrery.Web;

/// <summary>Who looks at the page, in which workspace: the user that the server signed the circuit's request in as.</summary>
internal sealed class CurrentCaller(AuthenticationStateProvider authentication)
{
    private Caller? _caller;

    public async ValueTask<Caller> GetAsync()
    {
        if (_caller is not null)
            return _caller;
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return _caller = user is CallerPrincipal principal ? principal.Caller : new(Caller.DefaultWorkspace, "anonymous", Role.Viewer);
    }
}
