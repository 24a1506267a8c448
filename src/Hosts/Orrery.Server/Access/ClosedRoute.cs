using Microsoft.AspNetCore.Authorization;

namespace Orrery.Server.Access;

/// <summary>A requirement that nothing ever meets: what a route without a policy gets.</summary>
internal sealed class ClosedRoute : IAuthorizationRequirement;
