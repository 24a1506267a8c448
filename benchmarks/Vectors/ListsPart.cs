using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Vectors.Ivf;

namespace Orrery.Benchmarks.Vectors;

/// <summary>An inverted file with codes of 4 bits beside FAISS' of as many bytes, one thread.</summary>
internal static class ListsPart
{
    private const double Recall = 0.9;
    private const int Lists = 1024;
    private const int TrainingPoints = 60_000;
    private const int Oversampling = 20;

    public static async Task RunAsync(BenchmarkContext context, VectorSet set)
    {
        await using var faiss = await PeerProcess.StartFaissAsync(set);
        if (faiss is null)
        {
            context.Report.LeaveOut($"{set.Name}/lists", "FAISS is not there: apt-get install python3-faiss");
            return;
        }

        var lists = context.Scale.IsQuick ? 64 : Lists;
        var subspaces = set.Dimension <= 256 ? set.Dimension / 2 : set.Dimension / 8;
        context.Report.Say($"Inverted files of {set.Count:N0} {set.Name} vectors: ours, FAISS' …");
        var start = Stopwatch.GetTimestamp();
        var index = IvfIndex.Train(
            set.Points.AsSpan(0, Math.Min(TrainingPoints, set.Count) * set.Dimension), set.Dimension, set.Metric, new IvfOptions { Lists = lists, Subspaces = subspaces });
        for (var i = 0; i < set.Count; i++)
            index.Add(i, set.Point(i));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        context.Report.Add(new(
            $"{set.Name}/lists-train-add", "s", "FAISS", [seconds], [(await faiss.AskAsync(FormattableString.Invariant($"ivfpq {lists} {subspaces}")))[0]]));

        string Probe(int probes) => FormattableString.Invariant($"probe {probes} {Oversampling}");
        var ours = await Narrowest.FindAsync(Recall, 1, lists, probes => Task.FromResult(Search(set, index, probes).Recall));
        var theirs = await Narrowest.FindAsync(Recall, 1, lists, async probes => (await faiss.AskAsync(Probe(probes)))[1]);
        var (left, right) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(set.QueryCount / Search(set, index, ours).Seconds), async _ => set.QueryCount / (await faiss.AskAsync(Probe(theirs)))[0]);
        context.Report.Say($"{set.Name}/lists: recall {Search(set, index, ours).Recall:0.000} with {ours} lists, FAISS with {theirs}");
        context.Report.Add(new($"{set.Name}/lists", "queries/s", "FAISS", left, right, Goal.RatioAtLeast(1)));
    }

    private static (double Seconds, double Recall) Search(VectorSet set, IvfIndex index, int probes)
    {
        var (hits, seconds) = (0, 0d);
        for (var q = 0; q < set.QueryCount; q++)
        {
            var start = Stopwatch.GetTimestamp();
            var found = index.Search(set.Query(q), VectorSet.K, new IvfSearchOptions { Probes = probes, Oversampling = Oversampling });
            seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            hits += VectorSet.Hits(set.Truth.AsSpan(q * VectorSet.K, VectorSet.K), found);
        }

        return (seconds, (double)hits / set.Truth.Length);
    }
}
