using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Cli.Vectors;
using Orrery.Kernel;
using Orrery.Vectors.Clustering;
using Orrery.Vectors.Projection;
using Orrery.Vectors.NearDuplicates;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery vectors near-duplicates|cluster|map SOURCE</c>: what is in a set of vectors. It is computed here; of a server only the points are read.</summary>
internal static class VectorsCommand
{
    private const string Sources = "A collection of the server, or a Parquet, .npy, .fvecs or .bvecs file";

    public static Command Create() => new("vectors", "Find near duplicates and clusters in a collection or a file of vectors, or draw a map of it.") { NearDuplicates(), Cluster(), Map() };

    private static Command NearDuplicates()
    {
        var (distance, text, similarity) = (
            Number("--within", "How far apart duplicates are at most. Default: 0.02, which under cosine is an angle of 11°", 0, double.MaxValue),
            new Option<string?>("--text") { Description = "Compare the texts of this payload field instead: runs of three words in common" },
            Number("--similarity", "With --text, the least part of runs of words in common (Jaccard). Default: 0.8", 1e-3, 1));
        return Over(
            new("near-duplicates", "Groups of points that are nearly the same, by the distance of their vectors or by their texts.\n\nExamples:\n  orrery vectors near-duplicates docs --text body\n  orrery vectors near-duplicates embeddings.npy --within 0.01 -o json") { distance, text, similarity },
            text,
            (parsed, table, cancellationToken) =>
            {
                var groups = parsed.GetValue(text) is null
                    ? DuplicateFinder.OfVectors(table.Values, table.Dimension, table.Metric, parsed.GetValue(distance) ?? 0.02, cancellationToken)
                    : DuplicateFinder.OfTexts([.. table.Words.Select(word => word ?? "")], parsed.GetValue(similarity) ?? 0.8, cancellationToken: cancellationToken);
                return Task.FromResult(new Duplicates(table.Ids.Count, groups.Sum(group => group.Members.Count - 1), [.. groups.Select(group => (string[])[.. group.Members.Select(member => table.Ids[member])])]));
            },
            found =>
            {
                var shown = OutputOption.Columns("GROUP", "POINTS", "IDS");
                foreach (var (i, group) in found.Groups.Index())
                    shown.AddRow(Text(i + 1), Text(group.Length), Markup.Escape(string.Join(", ", group.Take(8)) + (group.Length > 8 ? " …" : "")));
                shown.Caption = new TableTitle(string.Create(CultureInfo.InvariantCulture, $"{found.Surplus:N0} of {found.Points:N0} points are near duplicates of others"));
                return shown;
            });
    }

    private static Command Cluster()
    {
        var method = new Option<string>("--method") { Description = "hdbscan needs no number and no radius; dbscan a radius; kmeans a number of clusters", DefaultValueFactory = _ => "hdbscan" };
        method.AcceptOnlyFromAmong("hdbscan", "dbscan", "kmeans");
        var (size, radius, clusters) = (Count("--least-size", "With hdbscan, points of the smallest cluster; with dbscan, points that make it dense. Default: 5", 2), Number("--radius", "With dbscan, how near a neighbour is at most", 0, double.MaxValue), Count("--clusters", "With kmeans, how many", 1));
        var to = new Option<string?>("--to") { Description = "Write id, cluster and strength of every point into this CSV file" };
        return Over(
            new("cluster", "Clusters of points by their vectors.\n\nExamples:\n  orrery vectors cluster words --least-size 20 --to clusters.csv\n  orrery vectors cluster embeddings.npy --method kmeans --clusters 50") { method, size, radius, clusters, to },
            null,
            async (parsed, table, cancellationToken) =>
            {
                var found = parsed.GetValue(method) switch
                {
                    "dbscan" => Dbscan.Find(table.Values, table.Dimension, table.Metric, parsed.GetValue(radius) ?? throw new InvalidException("dbscan needs a --radius."), parsed.GetValue(size) ?? 5, cancellationToken),
                    "kmeans" => Means(table, parsed.GetValue(clusters) ?? throw new InvalidException("kmeans needs --clusters.")),
                    _ => Hdbscan.Find(table.Values, table.Dimension, table.Metric, new HdbscanOptions { LeastClusterSize = parsed.GetValue(size) ?? 5 }, cancellationToken),
                };
                if (parsed.GetValue(to) is { } path)
                    await WriteAsync(path, ["id,cluster,strength", .. table.Ids.Select((id, i) => string.Create(CultureInfo.InvariantCulture, $"{id},{found.Labels[i]},{found.Strengths[i]:0.####}"))], cancellationToken);
                return new Clusters(table.Ids.Count, found.Labels.Count(label => label == Clustered.Noise), [.. Enumerable.Range(0, found.Clusters).Select(cluster => OfCluster(table, found, cluster)).OrderByDescending(cluster => cluster.Points)]);
            },
            found =>
            {
                var shown = OutputOption.Columns("CLUSTER", "POINTS", "FIRMEST");
                foreach (var cluster in found.Found)
                    shown.AddRow(Text(cluster.Cluster), Text(cluster.Points), Markup.Escape(string.Join(", ", cluster.Firmest)));
                shown.Caption = new TableTitle(string.Create(CultureInfo.InvariantCulture, $"{found.Noise:N0} of {found.Points:N0} points are in no cluster"));
                return shown;
            });
    }

    private static Command Map()
    {
        var to = new Argument<string>("to") { Description = "The .svg or .csv file to write" };
        var method = new Option<string>("--method") { Description = "umap keeps neighbours together; pca shows the plane in which vectors differ most, at once", DefaultValueFactory = _ => "umap" };
        method.AcceptOnlyFromAmong("umap", "pca");
        var (neighbors, by) = (Count("--neighbors", "With umap, neighbours that a point is held near to. Default: 15", 2), new Option<string?>("--by") { Description = "Colour by this payload field" });
        return Over(
            new("map", "Draw the vectors on a plane.\n\nExample:\n  orrery vectors map docs map.svg --by topic") { method, neighbors, by },
            by,
            async (parsed, table, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(to);
                var isPicture = Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase);
                if (!isPicture && !Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
                    throw new InvalidException($"Expected a file that ends with .svg or .csv, got '{path}'.");
                var places = parsed.GetValue(method) == "pca" ? Plane(table) : Umap.Draw(table.Values, table.Dimension, table.Metric, new UmapOptions { Neighbors = parsed.GetValue(neighbors) ?? 15 }, cancellationToken);
                await WriteAsync(path, isPicture ? [MapPicture.Draw(table, places)] : ["id,x,y", .. table.Ids.Select((id, i) => string.Create(CultureInfo.InvariantCulture, $"{id},{places[2 * i]:R},{places[(2 * i) + 1]:R}"))], cancellationToken);
                return new Drawn(path, table.Ids.Count);
            },
            drawn =>
            {
                var shown = OutputOption.Columns("FILE", "POINTS");
                shown.AddRow(Markup.Escape(drawn.File), Text(drawn.Points));
                return shown;
            },
            to);
    }

    /// <summary>What the three share: the source, the reading, the waiting, the writing.</summary>
    private static Command Over<T>(
        Command command, Option<string?>? field, Func<ParseResult, VectorTable, CancellationToken, Task<T>> compute, Func<T, Table> show, Argument? second = null)
    {
        var source = new Argument<string>("source") { Description = Sources };
        var vector = new Option<string?>("--vector") { Description = "Which vector, where points have several; of a Parquet file, its column" };
        var distance = new Option<string?>("--distance") { Description = "Cosine, Euclid or Manhattan. Default: the collection's; Cosine for a file and for a collection of dot products" };
        distance.AcceptOnlyFromAmong("Cosine", "Euclid", "Manhattan");
        var output = new OutputOption();
        command.Arguments.Add(source);
        if (second is not null)
            command.Arguments.Add(second);
        command.Options.Add(vector);
        command.Options.Add(distance);
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var choice = new VectorChoice(parsed.GetRequiredValue(source), parsed.GetValue(vector), parsed.GetValue(distance), field is null ? null : parsed.GetValue(field));
            var result = await Progressing.ShowAsync<string, T>("Reading …", Markup.Escape, async progress =>
            {
                var table = await VectorTable.ReadAsync(orrery, choice, new Immediate<int>(count => progress.Report(string.Create(CultureInfo.InvariantCulture, $"{count:N0} vectors"))), cancellationToken);
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"Computing over {table.Ids.Count:N0} vectors of {table.Dimension} components …"));
                try
                {
                    return await Task.Run(() => compute(parsed, table, cancellationToken), cancellationToken);
                }
                catch (ArgumentException error)
                {
                    throw new InvalidException(error.Message, error);
                }
            });
            output.Write(parsed, result, show);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Clustered Means(VectorTable table, int clusters)
    {
        var labels = KMeans.Train(table.Values, table.Dimension, new KMeansOptions { Clusters = clusters }).Assign(table.Values);
        return new(labels, clusters, [.. labels.Select(_ => 1f)]);
    }

    private static float[] Plane(VectorTable table)
    {
        var components = PrincipalComponents.Fit(table.Values, table.Dimension, 2);
        var (places, place) = (new float[2 * table.Ids.Count], new double[2]);
        for (var i = 0; i < table.Ids.Count; i++)
        {
            components.Project(table.Values.AsSpan(i * table.Dimension, table.Dimension), place);
            (places[2 * i], places[(2 * i) + 1]) = ((float)place[0], (float)place[1]);
        }

        return places;
    }

    private static ClusterOfPoints OfCluster(VectorTable table, Clustered found, int cluster)
    {
        var members = Enumerable.Range(0, table.Ids.Count).Where(i => found.Labels[i] == cluster).ToList();
        return new(cluster, members.Count, [.. members.OrderByDescending(i => found.Strengths[i]).Take(5).Select(i => table.Ids[i])]);
    }

    private static async Task WriteAsync(string path, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new InvalidException($"There is no folder '{folder}'.");
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
    }

    private static Option<double?> Number(string name, string description, double least, double most)
    {
        var option = new Option<double?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value >= least && value <= most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes {(most == double.MaxValue ? $"at least {least}" : $"{least} to {most}")}, got {value}."));
        });
        return option;
    }

    private static Option<int?> Count(string name, string description, int least)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < least)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes at least {least}, got {result.GetValueOrDefault<int?>()}."));
        });
        return option;
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record Duplicates(int Points, int Surplus, IReadOnlyList<string[]> Groups);

    private sealed record Clusters(int Points, int Noise, IReadOnlyList<ClusterOfPoints> Found);

    private sealed record ClusterOfPoints(int Cluster, int Points, IReadOnlyList<string> Firmest);

    private sealed record Drawn(string File, int Points);
}
