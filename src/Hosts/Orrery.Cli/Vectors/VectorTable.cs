using System.Text.Json;
using Orrery.Client;
using Orrery.Import.Vectors;
using Orrery.Import.Vectors.Files;
using Orrery.Kernel;
using Orrery.Vectors.Distances;

namespace Orrery.Cli.Vectors;

/// <summary>Vectors of a collection or a file, in memory.</summary>
/// <param name="Ids">(points)</param>
/// <param name="Values">(points, dimension)</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Metric">How distance is measured.</param>
/// <param name="Words">(points): what the chosen payload field says; null where a point has none.</param>
internal sealed record VectorTable(IReadOnlyList<string> Ids, float[] Values, int Dimension, Metric Metric, IReadOnlyList<string?> Words)
{
    /// <summary>Reads a file where there is one of that name, else the server's collection.</summary>
    /// <exception cref="InvalidException">There is no such vector, or it cannot be read.</exception>
    public static async Task<VectorTable> ReadAsync(OrreryClient orrery, VectorChoice choice, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(choice.Field, progress);
        if (!choice.IsFile)
        {
            var collection = await CollectionVectors.OfAsync(orrery, choice.Source, choice.Vector, choice.Field is not null, cancellationToken);
            await foreach (var point in collection.Points.WithCancellation(cancellationToken))
                gathering.Add(point.Id, point.Vector, point.Payload);
            return gathering.End(choice.Distance ?? collection.Distance);
        }

        var distance = choice.Distance ?? "Cosine";
        await using IVectorSource source = Path.GetExtension(choice.Source).Equals(".parquet", StringComparison.OrdinalIgnoreCase)
            ? new ParquetVectors(choice.Source, new(distance, null, choice.Vector)) : new VectorArrayFile(choice.Source, distance);
        await foreach (var collection in source.ReadAsync(new VectorImportReport(), cancellationToken))
        {
            await foreach (var page in collection.Pages.WithCancellation(cancellationToken))
            {
                using var body = JsonDocument.Parse(page.Body);
                foreach (var point in body.RootElement.GetProperty("points").EnumerateArray())
                {
                    gathering.Add(
                        point.GetProperty("id").ToString(), [.. point.GetProperty("vector").EnumerateArray().Select(component => component.GetSingle())],
                        point.TryGetProperty("payload", out var payload) ? payload : default);
                }
            }
        }

        return gathering.End(distance);
    }

    private sealed class Gathering(string? field, IProgress<int> progress)
    {
        private readonly List<string> _ids = [];
        private readonly List<float> _values = [];
        private readonly List<string?> _words = [];
        private int _dimension;

        public void Add(string id, float[] vector, JsonElement payload)
        {
            _dimension = vector.Length;
            _ids.Add(id);
            _values.AddRange(vector);
            _words.Add(field is not null && payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : null);
            if (_ids.Count % 1_000 == 0)
                progress.Report(_ids.Count);
        }

        public VectorTable End(string distance) => _ids.Count == 0 ? throw new InvalidException("There is no such vector in any point.")
            : new(_ids, [.. _values], _dimension, distance switch { "Euclid" => Metric.Euclidean, "Manhattan" => Metric.Manhattan, _ => Metric.Cosine }, _words);
    }
}

/// <summary>Which vectors.</summary>
/// <param name="Source">A file, or the name of a collection.</param>
/// <param name="Vector">Which, where points have several.</param>
/// <param name="Distance">Cosine, Euclid or Manhattan; null: the collection's. A dot product is no distance, so such collections are compared by cosine.</param>
/// <param name="Field">The payload field that is read as well.</param>
internal sealed record VectorChoice(string Source, string? Vector, string? Distance, string? Field)
{
    public bool IsFile => File.Exists(Source) || VectorArrayFile.Extensions.Append(".parquet").Contains(Path.GetExtension(Source).ToLowerInvariant());
}
