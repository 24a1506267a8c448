using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using Orrery.Benchmarks.Reporting;
using Orrery.Vectors;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Quantization;

namespace Orrery.Benchmarks.Vectors;

/// <summary>A graph of M = 16 and efConstruction = 200 beside hnswlib's: build, memory, queries a second where recall is 0.95, opening.</summary>
internal static class GraphPart
{
    private const double Recall = 0.95;
    private const int TrainingPoints = 20_000;

    public static async Task RunAsync(BenchmarkContext context, VectorSet set, IReadOnlySet<string> parts, CancellationToken cancellationToken)
    {
        if (!parts.Overlaps([VectorParts.BuildTwo, VectorParts.BuildOne, VectorParts.Search]))
            return;
        await using var peer = await PeerProcess.StartHnswlibAsync(set);
        if (peer is null)
        {
            context.Report.LeaveOut($"{set.Name}/graph", "hnswlib is not there: apt-get install libhnswlib-dev g++");
            return;
        }

        if (parts.Contains(VectorParts.BuildTwo))
        {
            context.Report.Say($"Graphs of {set.Count:N0} {set.Name} vectors on two threads: ours, hnswlib's …");
            var seconds = Build(set, 2).Seconds;
            context.Report.Add(new($"{set.Name}/build-2-threads", "s", "hnswlib", [seconds], [(await peer.AskAsync("build 2"))[0]], Goal.RatioAtMost(0.9)));
        }

        if (parts.Contains(VectorParts.BuildOne))
        {
            context.Report.Say($"Graphs of {set.Count:N0} {set.Name} vectors on one thread: ours, hnswlib's …");
            var (seconds, bytes, _) = Build(set, 1);
            var built = await peer.AskAsync("build 1");
            context.Report.Add(new($"{set.Name}/build-1-thread", "s", "hnswlib", [seconds], [built[0]], Goal.RatioAtMost(0.9)));
            context.Report.Add(new($"{set.Name}/memory", "MiB", "hnswlib", [bytes / 1048576.0], [built[1] / 1048576], Goal.RatioAtMost(1.05)));
        }

        if (parts.Contains(VectorParts.Search))
        {
            context.Report.Say($"Graphs of {set.Count:N0} {set.Name} vectors to search: ours, hnswlib's, ours of int8 codes …");
            var index = Build(set, 2).Index;
            await peer.AskAsync("build 2");
            await SearchAsync(context, set, index, peer, $"{set.Name}/search", Goal.RatioAtLeast(1.1));
            var codes = Build(set, 2, ScalarQuantizer.Train(set.Points.AsSpan(0, Math.Min(TrainingPoints, set.Count) * set.Dimension))).Index;
            await SearchAsync(context, set, codes, peer, $"{set.Name}/search-int8", Goal.RatioAtLeast(2));
            await OpenAsync(context, set, index, peer, cancellationToken);
        }
    }

    /// <summary>A graph of all points, added by so many threads.</summary>
    public static (double Seconds, long Bytes, HnswIndex Index) Build(VectorSet set, int threads, ScalarQuantizer? quantizer = null)
    {
        var before = Resident();
        var start = Stopwatch.GetTimestamp();
        var index = new HnswIndex(set.Dimension, set.Metric, new HnswOptions { Capacity = set.Count, Quantizer = quantizer });
        var next = -1;
        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < set.Count;)
                index.Add(i, set.Point(i));
        }

        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Work))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (seconds, Resident() - before, index);
    }

    /// <summary>Each as wide as it must be for the recall, and no wider.</summary>
    private static async Task SearchAsync(BenchmarkContext context, VectorSet set, HnswIndex index, PeerProcess peer, string name, Goal goal)
    {
        var ours = await Narrowest.FindAsync(Recall, VectorSet.K, 2_000, ef => Task.FromResult(Search(set, index, ef).Recall));
        var theirs = await Narrowest.FindAsync(Recall, VectorSet.K, 2_000, async ef => (await peer.AskAsync(FormattableString.Invariant($"search {ef}")))[1]);
        for (var warm = 0; warm < 3; warm++)
            Search(set, index, ours);
        var (left, right) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(set.QueryCount / Search(set, index, ours).Seconds),
            async _ => set.QueryCount / (await peer.AskAsync(FormattableString.Invariant($"search {theirs}")))[0]);
        context.Report.Say($"{name}: recall {Search(set, index, ours).Recall:0.000} at ef {ours}, hnswlib at ef {theirs}");
        context.Report.Add(new(name, "queries/s", "hnswlib", left, right, goal));
    }

    private static (double Seconds, double Recall) Search(VectorSet set, HnswIndex index, int ef)
    {
        var found = new Neighbor[set.QueryCount * VectorSet.K];
        var start = Stopwatch.GetTimestamp();
        for (var q = 0; q < set.QueryCount; q++)
            index.Search(set.Query(q), found.AsSpan(q * VectorSet.K, VectorSet.K), new HnswSearchOptions { Ef = ef });
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var hits = 0;
        for (var q = 0; q < set.QueryCount; q++)
            hits += VectorSet.Hits(set.Truth.AsSpan(q * VectorSet.K, VectorSet.K), found.AsSpan(q * VectorSet.K, VectorSet.K));
        return (seconds, (double)hits / set.Truth.Length);
    }

    private static async Task OpenAsync(BenchmarkContext context, VectorSet set, HnswIndex index, PeerProcess peer, CancellationToken cancellationToken)
    {
        var path = context.Workspace.File(set.Name + ".hnsw");
        await using (var file = File.Create(path))
            await index.SaveAsync(file, cancellationToken);
        var theirPath = context.Workspace.File(set.Name + ".hnswlib");
        await peer.AskAsync($"save {theirPath}");
        var (ours, theirs) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(Open(path)), async _ => (await peer.AskAsync($"load {theirPath}"))[0] * 1000);
        context.Report.Add(new($"{set.Name}/open", "ms", "hnswlib", ours, theirs, Goal.Below(300, "ms")));
    }

    private static double Open(string path)
    {
        var start = Stopwatch.GetTimestamp();
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        HnswIndex.Open(view);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Bytes in memory, once what is garbage was given back: the collector gives it back bit by bit, and what was read before the graph is larger than the graph.</summary>
    private static long Resident()
    {
        for (var (before, tries) = (long.MaxValue, 0); ; tries++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            var now = long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            if (tries > 20 && before - now < 1 << 20)
                return now;
            before = now;
        }
    }
}
