using System.Diagnostics;
using System.Globalization;
using Orrery.Benchmarks.Load;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Benchmarks.Vectors;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Benchmarks.Collections;

/// <summary>What a Qdrant client feels: points stored, searched over REST beside the same search in process, a collection opened, and the memory of it.</summary>
internal sealed class CollectionsBenchmark : IBenchmark
{
    private const int Upserted = 100_000;
    private const int Ef = 100;

    // The whole is to end within four minutes, and the graph takes the most of them: fewer and shorter rounds than elsewhere.
    private const int MostRounds = 5;
    private const int MostSeconds = 4;
    private const int MostWarmUpSeconds = 6;
    private const string Words = "words";

    public string Name => "collections";

    public string Summary => "points stored and searched over Qdrant's REST, searched with filters, a collection opened, its memory";

    public IReadOnlyList<string> Parts { get; } = ["upsert", "search", "filter"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        var source = VectorSource.All[0];
        if (!File.Exists(source.Path))
        {
            context.Report.LeaveOut(source.Name, $"{source.Path} is not there: {source.Remedy}");
            return;
        }

        var set = VectorSet.Read(source, context.Scale.IsQuick);
        var folder = context.Workspace.NewFolder();
        LoadFigures[] rest = [];
        await using (var server = await ServerProcess.OrreryAsync(folder, cancellationToken))
        {
            using var client = new CollectionClient(server.Address);
            if (context.Wants("upsert"))
                await UpsertAsync(context, client, set, cancellationToken);
            if (!context.Wants("search") && !context.Wants("filter"))
                return;
            await client.CreateAsync(Words, set.Dimension, cancellationToken);
            await client.UpsertAsync(Words, CollectionClient.Bodies(set, set.Count), cancellationToken);
            context.Report.Say($"{set.Count} points stored; waiting for their graph …");
            var began = Stopwatch.GetTimestamp();
            await client.IndexedAsync(Words, set.Count, folder, cancellationToken);
            context.Report.Say($"… which took {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s more.");
            if (Wrk.Missing is { } missing)
                context.Report.LeaveOut("collections/search", missing);
            else if (context.Wants("search"))
                rest = await SearchAsync(context, server, set, cancellationToken);
            context.Report.Add(new("collections/memory-loaded", "MB", "its vectors", [server.ResidentMegabytes()], [Megabytes(set)]));
        }

        await OpenedAsync(context, folder, set, cancellationToken);
        await InProcessAsync(context, folder, set, rest, cancellationToken);
    }

    private static double Megabytes(VectorSet set) => (double)set.Points.Length * sizeof(float) / 1e6;

    // What a server takes that did not load the points itself, but answered from them.
    private static async Task OpenedAsync(BenchmarkContext context, string folder, VectorSet set, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.OrreryAsync(folder, cancellationToken);
        using var client = new CollectionClient(server.Address);
        for (var i = 0; i < set.QueryCount; i++)
            await client.QueryAsync(Words, CollectionClient.Query(set.Query(i), VectorSet.K, Ef), cancellationToken);
        context.Report.Add(new("collections/memory-opened", "MB", "its vectors", [server.ResidentMegabytes()], [Megabytes(set)]));
    }

    private static async Task UpsertAsync(BenchmarkContext context, CollectionClient client, VectorSet set, CancellationToken cancellationToken)
    {
        var count = Math.Min(Upserted, set.Count);
        var bodies = CollectionClient.Bodies(set, count);
        var rates = new List<double>();
        for (var round = -1; round < Math.Min(3, Rounds(context)); round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"load{round + 1}");
            await client.CreateAsync(name, set.Dimension, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            await client.UpsertAsync(name, bodies, cancellationToken);
            if (round >= 0)
                rates.Add(count / Stopwatch.GetElapsedTime(began).TotalSeconds);
            await client.DeleteAsync(name, cancellationToken);
        }

        context.Report.Add(new("collections/upsert", "points/s", "the goal", rates, [25_000], Goal.AtLeast(25_000, "points/s")));
    }

    private static async Task<LoadFigures[]> SearchAsync(BenchmarkContext context, ServerProcess server, VectorSet set, CancellationToken cancellationToken)
    {
        var bodies = context.Workspace.File("queries.jsonl");
        await File.WriteAllLinesAsync(bodies, Enumerable.Range(0, set.QueryCount).Select(i => CollectionClient.Query(set.Query(i), VectorSet.K, Ef)), cancellationToken);
        var address = new Uri(server.Address, $"collections/{Words}/points/query");
        await Wrk.RunAsync(address, bodies, Math.Min(MostWarmUpSeconds, context.Scale.WarmUpSeconds), cancellationToken);
        var figures = new LoadFigures[Rounds(context)];
        for (var round = 0; round < figures.Length; round++)
            figures[round] = await Wrk.RunAsync(address, bodies, Seconds(context), cancellationToken);
        return figures;
    }

    private static async Task InProcessAsync(BenchmarkContext context, string folder, VectorSet set, LoadFigures[] rest, CancellationToken cancellationToken)
    {
        var opened = new List<double>();
        var rates = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            await using var house = OpenHouse.Open(folder);
            var collections = house.Get<ICollections>();
            await collections.ListAsync(OpenHouse.Caller, cancellationToken); // The store is open for everybody.
            var began = Stopwatch.GetTimestamp();
            var collection = await collections.OpenAsync(OpenHouse.Caller, Words, cancellationToken);
            opened.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (round < 2)
                continue;
            if (context.Wants("search"))
                rates = await RatesAsync(context, collection, set, cancellationToken);
            if (context.Wants("filter"))
                await CollectionFilterPart.RunAsync(context, collection, set, cancellationToken);
        }

        context.Report.Add(new("collections/open", "ms", "the goal", opened, [300], Goal.Below(300, "ms")));
        if (rest.Length > 0)
            context.Report.Add(new("collections/search", "queries/s", "in process, a thread a core", [.. rest.Select(figures => figures.PerSecond)], rates, Goal.RatioAtLeast(0.5)));
    }

    private static async Task<List<double>> RatesAsync(BenchmarkContext context, ICollection collection, VectorSet set, CancellationToken cancellationToken)
    {
        var queries = Enumerable.Range(0, set.QueryCount).Select(i => new QueryStage { Ranking = new Nearest(new GivenVector(new DenseVector(set.Query(i).ToArray()))), Limit = VectorSet.K, Ef = Ef }).ToArray();
        var hits = 0;
        for (var i = 0; i < queries.Length; i++)
        {
            var found = await collection.QueryAsync(OpenHouse.Caller, queries[i], Wanted.Nothing, cancellationToken);
            hits += found.Count(point => set.Truth.AsSpan(i * VectorSet.K, VectorSet.K).Contains((int)point.Id.Number));
        }

        context.Report.Say($"collections/search: recall {(double)hits / set.Truth.Length:0.000} at ef {Ef}");
        var rates = new List<double>();
        for (var round = 0; round < Rounds(context); round++)
        {
            var (began, done, time) = (Stopwatch.GetTimestamp(), 0L, TimeSpan.FromSeconds(Seconds(context)));
            await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(worker => Task.Run(async () =>
            {
                for (var i = worker; Stopwatch.GetElapsedTime(began) < time; i++)
                {
                    await collection.QueryAsync(OpenHouse.Caller, queries[i % queries.Length], Wanted.Nothing, cancellationToken);
                    Interlocked.Increment(ref done);
                }
            }, cancellationToken)));
            rates.Add(done / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return rates;
    }

    internal static int Rounds(BenchmarkContext context) => Math.Min(MostRounds, context.Scale.Rounds);

    private static int Seconds(BenchmarkContext context) => Math.Min(MostSeconds, context.Scale.LoadSeconds);
}
