using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger;
using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Tests;

namespace Orrery.Search.Tests;

/// <summary>Collections on real adapters in a temporary folder, with the ledger below them.</summary>
internal static class SearchTest
{
    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public static Task<TestPlatform> StartAsync(TimeProvider? time = null) => TestPlatform.StartAsync(Configure, time);

    public static Task<TestPlatform> StartInAsync(TempFolder folder) => TestPlatform.StartInAsync(folder, Configure);

    public static async Task<ICollection> CreateAsync(
        this TestPlatform platform, string name = "flights", int size = 4, VectorDistance distance = VectorDistance.Dot, Func<CollectionConfig, CollectionConfig>? with = null)
    {
        var config = new CollectionConfig { Vectors = new Dictionary<string, DenseVectorConfig> { [Points.Point.Unnamed] = new(size, distance) } };
        await platform.Get<ICollections>().CreateAsync(Ada, name, with is null ? config : with(config));
        return await platform.OpenAsync(name);
    }

    public static Task<ICollection> OpenAsync(this TestPlatform platform, string name = "flights") => platform.Get<ICollections>().OpenAsync(Ada, name);

    public static Point Point(ulong id, float[] vector, string? payload = null) =>
        new(PointId.Of(id), new Dictionary<string, VectorValue> { [Points.Point.Unnamed] = new DenseVector(vector) }, payload is null ? default : Encoding.UTF8.GetBytes(payload));

    public static Task<UpdateReceipt> UpsertAsync(this ICollection collection, params Point[] points) => collection.UpdateAsync(new UpsertPoints(points));

    public static Task<IReadOnlyList<StoredPoint>> NearestAsync(this ICollection collection, float[] vector, int limit = 10, Filter? filter = null, bool exact = false) =>
        collection.QueryAsync(Ada, new() { Ranking = new Nearest(new GivenVector(new DenseVector(vector))), Limit = limit, Filter = filter, Exact = exact }, Wanted.Nothing);

    public static ulong[] Ids(this IEnumerable<StoredPoint> points) => [.. points.Select(point => point.Id.Number)];

    public static Filter Must(params Condition[] conditions) => new() { Must = conditions };

    public static FieldCondition Field(string path, params FieldTest[] tests) => new(PayloadPath.Parse(path), tests);

    public static string? Text(this StoredPoint point) => point.Payload is { } payload ? Encoding.UTF8.GetString(payload.Span) : null;

    private static void Configure(IServiceCollection services)
    {
        services.AddLedger(new ConfigurationBuilder().Build());
        services.AddSearch(new ConfigurationBuilder().Build());
    }
}
