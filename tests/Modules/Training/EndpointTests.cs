using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Access;
using Orrery.Training.Explanations;
using Orrery.Training.Studies;
using Orrery.Training.Train;
using Xunit;

namespace Orrery.Training.Tests;

public sealed class EndpointTests
{
    [Fact]
    public async Task Every_route_says_which_role_it_needs()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<ITrainer>(_ => null!);
        builder.Services.AddSingleton<IExplanations>(_ => null!);
        builder.Services.AddSingleton<IStudies>(_ => null!);
        await using var app = builder.Build();
        app.MapTraining();
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .ToDictionary(e => e.RoutePattern.RawText!, e => e.Metadata.GetMetadata<RequiredRole>()?.Role);

        Assert.Equal(
            new Dictionary<string, Role?>
            {
                ["/api/v1/trainers/{name}/train"] = Role.Editor,
                ["/api/v1/studies/runs"] = Role.Viewer,
                ["/api/v1/studies/{study}/runs"] = Role.Editor,
                ["/api/v1/studies/runs/{run}"] = Role.Viewer,
                ["/api/v1/studies/runs/{run}/trials"] = Role.Viewer,
                ["/api/v1/studies/runs/{run}/importance"] = Role.Viewer,
                ["/api/v1/studies/runs/{run}/stop"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/enqueue"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/ask"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/trials/{trial:int}/suggest"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/trials/{trial:int}/report"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/trials/{trial:int}/heartbeat"] = Role.Editor,
                ["/api/v1/studies/runs/{run}/trials/{trial:int}/tell"] = Role.Editor,
                ["/api/v1/models/{name}/versions/{number:int}/explain"] = Role.Viewer,
            },
            routes);
    }
}
