using System.Text.Json;
using ParquetSharp;

namespace Orrery.Import.Vectors;

/// <summary>The column of one vector while a row group of it is gathered.</summary>
internal abstract class VectorExportColumn(string? name)
{
    /// <summary>What a collection's parameters say about its vectors, in their order.</summary>
    public static IReadOnlyList<VectorExportColumn> Of(JsonElement parameters)
    {
        var columns = new List<VectorExportColumn>();
        if (parameters.TryGetProperty("vectors", out var vectors))
        {
            if (vectors.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number)
                columns.Add(Dense(null, vectors));
            else
                columns.AddRange(vectors.EnumerateObject().Select(vector => Dense(vector.Name, vector.Value)));
        }

        if (parameters.TryGetProperty("sparse_vectors", out var sparse) && sparse.ValueKind == JsonValueKind.Object)
            columns.AddRange(sparse.EnumerateObject().Select(vector => new Gathered<string?>(vector.Name, value => (value.GetRawText(), value.GetRawText().Length))));
        return columns;
    }

    /// <summary>Its name and type in the file.</summary>
    public abstract Column Schema { get; }

    protected string Name { get; } = name ?? "vector";

    /// <summary>Takes a point's vector out of all that the point has; its bytes.</summary>
    public long Add(JsonElement vectors)
    {
        var value = vectors;
        if (name is not null && !(vectors.ValueKind == JsonValueKind.Object && vectors.TryGetProperty(name, out value)))
            value = default;
        return Gather(value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || (name is null && value.ValueKind != JsonValueKind.Array) ? null : value);
    }

    /// <summary>Writes what was gathered and forgets it.</summary>
    public abstract void Write(RowGroupWriter group);

    protected abstract long Gather(JsonElement? value);

    private static VectorExportColumn Dense(string? name, JsonElement config) =>
        config.TryGetProperty("multivector_config", out var multi) && multi.ValueKind == JsonValueKind.Object
            ? new Gathered<float[][]?>(name, value => ([.. value.EnumerateArray().Select(Floats)], value.GetArrayLength() * 400L))
            : new Gathered<float[]?>(name, value => (Floats(value), 4L * value.GetArrayLength()));

    private static float[] Floats(JsonElement value) => [.. value.EnumerateArray().Select(component => component.GetSingle())];

    private sealed class Gathered<T>(string? name, Func<JsonElement, (T Value, long Bytes)> read) : VectorExportColumn(name)
    {
        private readonly List<T?> _values = [];

        public override Column Schema => new Column<T>(Name);

        public override void Write(RowGroupWriter group)
        {
            using var column = group.NextColumn().LogicalWriter<T?>();
            column.WriteBatch([.. _values]);
            _values.Clear();
        }

        protected override long Gather(JsonElement? value)
        {
            var (gathered, bytes) = value is { } given ? read(given) : (default, 0);
            _values.Add(gathered);
            return bytes;
        }
    }
}
