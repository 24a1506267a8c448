using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests.Views;

public sealed class SampleTests
{
    [Fact]
    public async Task The_feature_views_and_service_of_the_flights_sample_fit_each_other()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var file = Repository.Path("samples/flights/resources/2-features.yaml");
        var documents = ResourceYaml.Parse(await File.ReadAllTextAsync(file), "2-features.yaml");
        await platform.Get<IResources>().ApplyAsync(FeaturesTest.Ada, documents, ApplyMode.Apply);
        var service = documents.Single(d => d.Kind == AssetKind.FeatureService).Name;
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, service);
        Assert.Equal(["origin", "destination"], reader.Keys);
        Assert.Contains("route_flights_7d", reader.Features);
    }
}
