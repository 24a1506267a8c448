using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Orrery.Platform.Access;

namespace Orrery.Web;

/// <summary>Who looks at the page, in which workspace: the claims that the server's authentication gave the circuit.</summary>
internal sealed class CurrentCaller(AuthenticationStateProvider authentication)
{
    private Caller? _caller;

    public async ValueTask<Caller> GetAsync()
    {
        if (_caller is not null)
            return _caller;
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return _caller = new(
            user.FindFirstValue(AccessPolicies.WorkspaceClaim) ?? Caller.DefaultWorkspace,
            user.Identity?.Name ?? "anonymous",
            Enum.TryParse<Role>(user.FindFirstValue(AccessPolicies.RoleClaim), out var role) ? role : Role.Viewer);
    }
}
