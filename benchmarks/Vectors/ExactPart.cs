using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Vectors.Flat;

namespace Orrery.Benchmarks.Vectors;

/// <summary>Exact search on one thread, one query and 64 at a time, beside what the machine can do at most and FAISS.</summary>
internal static class ExactPart
{
    private const int Batch = 64;
    private const int Alone = 20;

    public static async Task RunAsync(BenchmarkContext context, VectorSet set, CancellationToken cancellationToken)
    {
        var index = new FlatIndex(set.Dimension, set.Metric);
        for (var i = 0; i < set.Count; i++)
            index.Add(i, set.Point(i));
        context.Report.Say($"Exact search of {set.Count:N0} {set.Name} vectors …");
        One(index, set);
        Many(index, set);

        var (one, bandwidth) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(One(index, set)), _ => Task.FromResult(Ceilings.ReadBandwidth(set.Points) / 1e9));
        context.Report.Add(new($"{set.Name}/exact-one", "GB/s", "reading the memory", one, bandwidth, Goal.RatioAtLeast(0.8)));
        var (many, peak) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(Many(index, set)), _ => Task.FromResult(Ceilings.MultiplyAdds(100_000_000) / 1e9));
        // A squared difference is two instructions for a multiply-add, so half the peak is the limit there.
        context.Report.Add(new($"{set.Name}/exact-{Batch}", "G multiply-adds/s", "multiply-adds in registers", many, peak, set.Metric is Orrery.Vectors.Distances.Metric.Euclidean ? null : Goal.RatioAtLeast(0.6)));

        await using var faiss = await PeerProcess.StartFaissAsync(set);
        if (faiss is null)
        {
            context.Report.LeaveOut($"{set.Name}/exact-faiss", "FAISS is not there: apt-get install python3-faiss");
            return;
        }

        var (ours, theirs) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(Many(index, set) * 1e9 / set.Points.Length),
            async _ => set.QueryCount / (await faiss.AskAsync(FormattableString.Invariant($"exact 1 {Batch}")))[0]);
        cancellationToken.ThrowIfCancellationRequested();
        context.Report.Add(new($"{set.Name}/exact-faiss", "queries/s", "FAISS IndexFlat", ours, theirs));
    }

    /// <summary>GB of vectors a second.</summary>
    private static double One(FlatIndex index, VectorSet set)
    {
        var start = Stopwatch.GetTimestamp();
        for (var q = 0; q < Alone; q++)
            index.Search(set.Query(q), VectorSet.K);
        return (double)Alone * set.Points.Length * sizeof(float) / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    /// <summary>Billions of multiply-adds a second.</summary>
    private static double Many(FlatIndex index, VectorSet set)
    {
        var start = Stopwatch.GetTimestamp();
        for (var q = 0; q < set.QueryCount; q += Batch)
            index.SearchMany(set.Queries.AsSpan(q * set.Dimension, Math.Min(Batch, set.QueryCount - q) * set.Dimension), VectorSet.K);
        return (double)set.QueryCount * set.Points.Length / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }
}
