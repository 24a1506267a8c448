namespace Orrery.Benchmarks.Vectors;

/// <summary>The vector engine in process beside hnswlib and FAISS, on word vectors (cosine) and pictures (Euclidean).</summary>
internal sealed class VectorsBenchmark : IBenchmark
{
    public string Name => "vectors";

    public string Summary => "HNSW beside hnswlib, exact search beside FAISS and the machine's ceilings, filtered search, inverted files, opening a file";

    // A set of vectors and what is measured on it: a part alone takes less than four minutes on two cores, the whole half an hour.
    public IReadOnlyList<string> Parts { get; } = [.. VectorSource.All.SelectMany(source => VectorParts.All.Select(part => $"{source.Name}/{part}"))];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        foreach (var source in VectorSource.All)
        {
            var parts = VectorParts.All.Where(part => context.Wants($"{source.Name}/{part}")).ToHashSet();
            if (parts.Count == 0)
                continue;
            if (!File.Exists(source.Path))
            {
                context.Report.LeaveOut(source.Name, $"{source.Path} is not there: {source.Remedy}");
                continue;
            }

            context.Report.Say($"Reading {source.Name} and finding the exact answers …");
            var set = VectorSet.Read(source, context.Scale.IsQuick);
            set.WriteFor(context.Workspace);
            if (parts.Contains(VectorParts.Exact))
                await ExactPart.RunAsync(context, set, cancellationToken);
            await GraphPart.RunAsync(context, set, parts, cancellationToken);
            if (parts.Contains(VectorParts.Filter))
                FilterPart.Run(context, set);
            if (parts.Contains(VectorParts.Lists))
                await ListsPart.RunAsync(context, set);
        }
    }
}

/// <summary>What is measured on a set of vectors.</summary>
internal static class VectorParts
{
    public const string Exact = "exact", BuildTwo = "build-2-threads", BuildOne = "build-1-thread", Search = "search", Filter = "filter", Lists = "lists";

    public static IReadOnlyList<string> All { get; } = [Exact, BuildTwo, BuildOne, Search, Filter, Lists];
}
