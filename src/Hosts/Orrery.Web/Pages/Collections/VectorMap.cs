using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Projection;

namespace Orrery.Web.Pages.Collections;

/// <summary>A point on the map.</summary>
/// <param name="Id">The point.</param>
/// <param name="X">Along the first component.</param>
/// <param name="Y">Along the second.</param>
/// <param name="Group">Which of the map's groups it belongs to; -1: none.</param>
public sealed record MapPoint(PointId Id, double X, double Y, int Group);

/// <summary>How vectors come onto a plane.</summary>
public enum MapKind
{
    /// <summary>The plane in which they differ most: large distances are true.</summary>
    Components,
    /// <summary>UMAP: neighbours stay neighbours.</summary>
    Neighbours,
}

/// <summary>A sample of a collection's vectors on a plane.</summary>
/// <param name="Points">The sample.</param>
/// <param name="Groups">The most frequent values of the field that colours it.</param>
/// <param name="Kind">Which plane it is.</param>
/// <param name="Share">How much of the vectors' variance the plane shows; null where it is not known.</param>
public sealed record VectorMap(IReadOnlyList<MapPoint> Points, IReadOnlyList<string> Groups, double? Share, MapKind Kind = MapKind.Components)
{
    private const int Sample = 600;

    /// <summary>As many as there are colours.</summary>
    private const int MaxGroups = 6;

    /// <summary>Null where the vector has no place on a map: it is sparse, or several a point.</summary>
    public static VectorMap? Of(ICollection collection, string vector, Filter? filter, PayloadPath? colour, MapKind kind = MapKind.Components)
    {
        if (!collection.Config.Vectors.TryGetValue(vector, out var config) || config.IsMulti || config.Size < 2)
            return null;
        var wanted = new Wanted(colour is null ? PayloadSelection.None : new(true, [colour]), new VectorSelection([vector]));
        var found = collection.Scroll(filter, null, null, Sample, wanted).Points
            .Select(point => (Point: point, Vector: point.Vectors?.GetValueOrDefault(vector) as DenseVector)).Where(pair => pair.Vector is not null).ToList();
        if (found.Count < 3)
            return new([], [], null);

        var values = new float[found.Count * config.Size];
        for (var i = 0; i < found.Count; i++)
            found[i].Vector!.Values.CopyTo(values, i * config.Size);
        var components = PrincipalComponents.Fit(values, config.Size, 2);
        var neighbours = kind == MapKind.Neighbours ? Umap.Draw(values, config.Size, MetricOf(config.Distance)) : null;
        var words = found.Select(pair => colour is null ? null : WordOf(pair.Point, colour)).ToList();
        var groups = words.OfType<string>().GroupBy(word => word).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(MaxGroups).Select(group => group.Key).ToList();
        var place = new double[2];
        return new(
            [.. found.Select((pair, i) =>
            {
                if (neighbours is null)
                    components.Project(pair.Vector!.Values, place);
                else
                    (place[0], place[1]) = (neighbours[2 * i], neighbours[2 * i + 1]);
                return new MapPoint(pair.Point.Id, place[0], place[1], words[i] is { } word ? groups.IndexOf(word) : -1);
            })],
            groups, neighbours is null ? ShareOf(values, config.Size, components) : null, kind);
    }

    private static Metric MetricOf(VectorDistance distance) => distance switch
    {
        VectorDistance.Cosine => Metric.Cosine,
        VectorDistance.Manhattan => Metric.Manhattan,
        // Inner products are no distance, and a vector of zeros has no angle; how far apart vectors lie is what a plane can show.
        _ => Metric.Euclidean,
    };

    private static double? ShareOf(float[] values, int size, PrincipalComponents components)
    {
        var total = 0d;
        var rows = values.Length / size;
        for (var d = 0; d < size; d++)
        {
            var column = Enumerable.Range(0, rows).Select(row => (double)values[(row * size) + d]).ToList();
            var mean = column.Average();
            total += column.Sum(value => (value - mean) * (value - mean)) / (rows - 1);
        }

        return total > 0 ? components.Variances.Sum() / total : null;
    }

    private static string? WordOf(StoredPoint point, PayloadPath path)
    {
        if (point.Payload is not { Length: > 0 } payload)
            return null;
        using var document = JsonDocument.Parse(payload);
        var value = document.RootElement;
        foreach (var name in path.Text.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name.Trim('"'), out value))
                return null;
        }

        return value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? value.ToString() : null;
    }
}
