using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Access;
using Orrery.Training.Explanations;
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
        await using var app = builder.Build();
        app.MapTraining();
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .ToDictionary(e => e.RoutePattern.RawText!, e => e.Metadata.GetMetadata<RequiredRole>()?.Role);

        Assert.Equal(
            new Dictionary<string, Role?>
            {
                ["/api/v1/trainers/{name}/train"] = Role.Editor,
                ["/api/v1/models/{name}/versions/{number:int}/explain"] = Role.Viewer,
            },
            routes);
    }
}
