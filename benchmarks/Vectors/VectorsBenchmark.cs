namespace Orrery.Benchmarks.Vectors;

/// <summary>The vector engine in process beside hnswlib and FAISS, on word vectors (cosine) and pictures (Euclidean).</summary>
internal sealed class VectorsBenchmark : IBenchmark
{
    public string Name => "vectors";

    public string Summary => "HNSW beside hnswlib, exact search beside FAISS and the machine's ceilings, filtered search, inverted files, opening a file";

    public IReadOnlyList<string> Parts { get; } = ["graph", "exact", "filter", "lists"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        foreach (var source in VectorSource.All)
        {
            if (!File.Exists(source.Path))
            {
                context.Report.LeaveOut(source.Name, $"{source.Path} is not there: {source.Remedy}");
                continue;
            }

            context.Report.Say($"Reading {source.Name} and finding the exact answers …");
            var set = VectorSet.Read(source, context.Scale.IsQuick);
            set.WriteFor(context.Workspace);
            if (context.Wants("exact"))
                await ExactPart.RunAsync(context, set, cancellationToken);
            if (context.Wants("graph") || context.Wants("filter"))
                await GraphPart.RunAsync(context, set, cancellationToken);
            if (context.Wants("lists"))
                await ListsPart.RunAsync(context, set);
        }
    }
}
