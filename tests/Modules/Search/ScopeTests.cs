using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Snapshots;
using Orrery.Tests;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

/// <summary>What a token that is kept to some documents cannot see, whatever it asks for.</summary>
public sealed class ScopeTests
{
    private static readonly Caller Sales = Ada with { Scopes = [new("docs", ScopeAccess.Read, "acl", ["sales", "all"])] };
    private static readonly float[] Near = [1, 0, 0, 0];

    [Fact]
    public async Task No_request_shows_a_document_that_its_list_does_not_name()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform);
        var seen = await platform.Get<ICollections>().OpenAsync(Sales, "docs", TestContext.Current.CancellationToken);
        Assert.Equal([1ul, 3], (await Nearest(seen, new())).Ids().Order().ToArray());
        // Not by a filter of its own, by stages, nor by a formula over all points.
        Assert.Equal([1ul, 3], (await Nearest(seen, new() { Filter = new() { Should = [new FieldCondition(PayloadPath.Parse("acl"), [new MatchAny(new HashSet<Scalar> { Scalar.Of("hr"), Scalar.Of("sales"), Scalar.Of("all") })])] } })).Ids().Order().ToArray());
        Assert.Empty((await Nearest(seen, new() { Filter = Must(new HasId(new HashSet<PointId> { PointId.Of(2) })) })).Ids());
        Assert.Equal([1ul, 3], (await seen.QueryAsync(Sales, new() { Prefetch = [new() { Ranking = new Nearest(new GivenVector(new DenseVector(Near))) }], Ranking = new ReciprocalRankFusion() }, Wanted.Nothing)).Ids().Order().ToArray());
        Assert.Equal([1ul, 3], (await seen.QueryAsync(Sales, new() { Ranking = new RandomSample() }, Wanted.Nothing)).Ids().Order().ToArray());
        Assert.Equal([1ul, 3], seen.Scroll(null, null, null, 10, Wanted.Nothing).Points.Ids());
        Assert.Equal([3ul], seen.Retrieve([PointId.Of(2), PointId.Of(3), PointId.Of(4)], Wanted.Nothing).Ids());
        Assert.Equal(2, seen.Count(null));
        Assert.Equal(2, seen.State().Points);
        Assert.Equal(["all", "hr", "sales"], seen.Facet(PayloadPath.Parse("acl"), null, 10).Select(facet => facet.Value.Text));
        Assert.All(seen.Facet(PayloadPath.Parse("acl"), null, 10), facet => Assert.Equal(1, facet.Count));
        Assert.Equal([1ul, 3], seen.Matrix(Points.Point.Unnamed, null, 10, 3).Select(row => row.Id.Number).Order().ToArray());
        // Nor as an example, which would tell how near it is.
        await Assert.ThrowsAsync<NotFoundException>(() => seen.QueryAsync(Sales, new() { Ranking = new Nearest(new PointVector(PointId.Of(2))) }, Wanted.Nothing));
        var like = await seen.QueryAsync(Sales, new() { Ranking = new Nearest(new PointVector(PointId.Of(1))) }, Wanted.Nothing);
        Assert.Equal(3ul, Assert.Single(like.Ids()));
    }

    [Fact]
    public async Task A_scope_reaches_no_other_collection_and_no_more_than_points()
    {
        await using var platform = await StartAsync();
        await FillAsync(platform);
        await platform.CreateAsync("other");
        var collections = platform.Get<ICollections>();
        Assert.Equal(["docs"], await collections.ListAsync(Sales, TestContext.Current.CancellationToken));
        Assert.False(await collections.ExistsAsync(Sales, "other", TestContext.Current.CancellationToken));
        await ForbiddenAsync(() => collections.OpenAsync(Sales, "other"));
        await ForbiddenAsync(() => collections.CreateAsync(Sales, "more", new()));
        await ForbiddenAsync(() => collections.UpdateAsync(Sales, "docs", config => config));
        await ForbiddenAsync(() => collections.DeleteAsync(Sales, "docs"));
        await ForbiddenAsync(() => collections.ChangeAliasesAsync(Sales, [new("a", "docs")]));
        await ForbiddenAsync(() => platform.Get<ISnapshots>().CreateAsync(Sales, "docs"));
        await ForbiddenAsync(() => platform.Get<ISnapshots>().ListAsync(Sales, null));

        var reader = Ada with { Scopes = [new("docs", ScopeAccess.Read)] };
        await ForbiddenAsync(async () => await (await collections.OpenAsync(reader, "docs")).UpsertAsync(Point(9, Near)));
        await ForbiddenAsync(async () => await (await collections.OpenAsync(Sales with { Scopes = [new("docs", ScopeAccess.Write, "acl", ["sales"])] }, "docs")).UpsertAsync(Point(9, Near)));
        var writer = Ada with { Scopes = [new(CollectionScope.Every, ScopeAccess.Write), new("other", ScopeAccess.Read)] };
        await (await collections.OpenAsync(writer, "docs", TestContext.Current.CancellationToken)).UpsertAsync(Point(9, Near));
        await ForbiddenAsync(async () => await (await collections.OpenAsync(writer, "other")).UpsertAsync(Point(9, Near)));
    }

    private static async Task ForbiddenAsync(Func<Task> call) => Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAnyAsync<OrreryException>(call)).Code);

    private static Task<IReadOnlyList<StoredPoint>> Nearest(ICollection collection, QueryStage stage) =>
        collection.QueryAsync(Sales, stage with { Ranking = new Nearest(new GivenVector(new DenseVector(Near))) }, Wanted.Nothing);

    private static async Task FillAsync(TestPlatform platform)
    {
        var collection = await platform.CreateAsync("docs");
        await collection.UpsertAsync(
            Point(1, Near, """{"acl":["sales","hr"]}"""), Point(2, Near, """{"acl":["hr"]}"""), Point(3, [0, 1, 0, 0], """{"acl":"all"}"""), Point(4, Near, """{"n":1}"""), Point(5, Near));
    }
}
