using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Orrery.Client;
using Orrery.Comparison.Peers;
using Orrery.Kernel;

namespace Orrery.Comparison;

/// <summary>
/// Measures vector systems beside this server on a collection's own vectors: each gets the same points in the same requests, the same graph parameters and the same queries, one system after the
/// other, in a collection of its own that is removed in the end. What a request costs on the wire is part of what is measured, as it is part of what a client waits for.
/// </summary>
public sealed class VectorComparison(OrreryClient orrery, HttpClient http)
{
    private const int BatchPoints = 1_000;

    /// <summary>The name of the server itself, which is measured first.</summary>
    public const string Own = "orrery";

    /// <summary>Compares the server and the systems on <paramref name="collection"/>. <paramref name="progress"/> hears what is going on.</summary>
    /// <exception cref="InvalidException">There are too few vectors, or a system refuses what is asked of it.</exception>
    /// <exception cref="UnavailableException">A system does not answer.</exception>
    public async Task<ComparisonReport> RunAsync(
        string collection, IReadOnlyList<PeerAddress> systems, ComparisonOptions options, string? vector = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(systems);
        ArgumentNullException.ThrowIfNull(options);
        progress?.Report("reading the vectors");
        var sample = await CollectionSample.ReadAsync(orrery, collection, vector, options, cancellationToken);
        progress?.Report("finding the true neighbours");
        var truth = await Task.Run(() => sample.TrueNeighbors(options.K), cancellationToken);
        var reports = new List<SystemReport>();
        foreach (var (name, open) in Peers(systems))
        {
            await using var peer = open($"compare-{Guid.NewGuid():N}");
            reports.Add(await MeasureAsync(name, peer, sample, truth, options, progress, cancellationToken));
        }

        return new(sample.Points.Count, sample.Points[0].Length, sample.Distance, sample.Queries.Count, options.K, reports);
    }

    private IEnumerable<(string Name, Func<string, IVectorPeer> Open)> Peers(IReadOnlyList<PeerAddress> systems)
    {
        yield return (Own, collection => new QdrantPeer((method, path, body, token) => orrery.SendAsync<JsonDocument>(method, path, body is null ? null : JsonContent.Create(body), token), collection));
        foreach (var (system, i) in systems.Select((system, i) => (system, i)))
        {
            var name = systems.Count(other => other.System == system.System) == 1 ? system.System : string.Create(CultureInfo.InvariantCulture, $"{system.System} {i + 1}");
            yield return (name, collection => system.Open(http, collection));
        }
    }

    private static async Task<SystemReport> MeasureAsync(
        string name, IVectorPeer peer, CollectionSample sample, HashSet<long>[] truth, ComparisonOptions options, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var described = await peer.DescribeAsync(cancellationToken);
        await peer.CreateAsync(sample.Points[0].Length, sample.Distance, options, cancellationToken);
        var clock = Stopwatch.StartNew();
        for (var first = 0; first < sample.Points.Count; first += BatchPoints)
        {
            progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{name}: {first:N0} of {sample.Points.Count:N0} points"));
            await peer.AddAsync(first, [.. sample.Points.Skip(first).Take(BatchPoints)], cancellationToken);
        }

        var load = clock.Elapsed.TotalSeconds;
        progress?.Report($"{name}: indexing");
        await peer.IndexAsync(cancellationToken);
        var index = clock.Elapsed.TotalSeconds - load;
        var measurements = new List<Measurement>();
        foreach (var ef in options.Efs)
        {
            progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{name}: searching with {ef} candidates"));
            measurements.Add(await SearchAsync(peer, sample, truth, ef, options, cancellationToken));
        }

        var size = await peer.SizeAsync(cancellationToken);
        return new(name, described, load, index, size?.Bytes, size?.Are, measurements);
    }

    /// <summary>First one by one, for the latency and the recall, then with all connections for the rate; before both some that are not counted.</summary>
    private static async Task<Measurement> SearchAsync(IVectorPeer peer, CollectionSample sample, HashSet<long>[] truth, int ef, ComparisonOptions options, CancellationToken cancellationToken)
    {
        await peer.SetEfAsync(ef, cancellationToken);
        for (var i = 0; i < Math.Min(20, sample.Queries.Count); i++)
            await peer.SearchAsync(sample.Queries[i], options.K, cancellationToken);

        var milliseconds = new double[sample.Queries.Count];
        var found = 0;
        for (var i = 0; i < sample.Queries.Count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var ids = await peer.SearchAsync(sample.Queries[i], options.K, cancellationToken);
            milliseconds[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            found += ids.Count(truth[i].Contains);
        }

        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(sample.Queries, new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellationToken }, async (query, token) => await peer.SearchAsync(query, options.K, token));
        var rate = sample.Queries.Count / clock.Elapsed.TotalSeconds;
        Array.Sort(milliseconds);
        return new(ef, (double)found / truth.Sum(ids => ids.Count), rate, milliseconds[milliseconds.Length / 2], milliseconds[(int)Math.Ceiling(milliseconds.Length * 0.99) - 1]);
    }
}
