using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Client;
using Orrery.Kernel;
using ParquetSharp;

namespace Orrery.Import.Vectors;

/// <summary>
/// Writes a collection into a Parquet file: <c>id</c>; a column for each vector (<c>vector</c> for the one without a name), of floats, of lists of floats for a multivector, of JSON for a sparse
/// vector; and <c>payload</c> as JSON. Points come in the order of their ids; what is written to the collection meanwhile may be missed.
/// </summary>
public sealed class CollectionExport(OrreryClient orrery)
{
    private const int PageSize = 1_000;

    /// <summary>Rows of a row group, unless their vectors fill <see cref="GroupBytes"/> before.</summary>
    private const int GroupRows = 50_000;

    private const long GroupBytes = 128 << 20;

    /// <summary>Writes the file anew and gives the number of points; <paramref name="progress"/> hears it grow. A file that broke off is removed.</summary>
    /// <exception cref="NotFoundException">There is no such collection.</exception>
    public async Task<long> WriteAsync(string collection, string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(collection);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var address = $"collections/{Uri.EscapeDataString(collection)}";
        using var described = await orrery.SendAsync<JsonDocument>(HttpMethod.Get, address, null, cancellationToken);
        var columns = VectorExportColumn.Of(described.RootElement.GetProperty("result").GetProperty("config").GetProperty("params"));
        var temporary = path + ".tmp";
        try
        {
            var count = await WriteAsync(address, temporary, columns, progress, cancellationToken);
            File.Move(temporary, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task<long> WriteAsync(string address, string path, IReadOnlyList<VectorExportColumn> columns, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var properties = new WriterPropertiesBuilder().Compression(Compression.Zstd).Build();
        using var writer = new ParquetFileWriter(path, [new Column<string>("id"), .. columns.Select(column => column.Schema), new Column<string>("payload")], properties);
        List<string> ids = [], payloads = [];
        var bytes = 0L;
        var written = 0L;
        var request = new JsonObject { ["limit"] = PageSize, ["with_payload"] = true, ["with_vector"] = true };
        await foreach (var page in PointScroll.PagesAsync(body => orrery.SendAsync<JsonDocument>(HttpMethod.Post, address + "/points/scroll", JsonContent.Create(body), cancellationToken), request, cancellationToken))
        {
            foreach (var point in page.EnumerateArray())
            {
                var id = point.GetProperty("id");
                ids.Add(id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText());
                payloads.Add(point.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object ? payload.GetRawText() : "{}");
                var vectors = point.TryGetProperty("vector", out var given) ? given : default;
                bytes += payloads[^1].Length + columns.Sum(column => column.Add(vectors));
            }

            if (ids.Count >= GroupRows || bytes >= GroupBytes)
                WriteGroup();
        }

        if (ids.Count > 0)
            WriteGroup();
        writer.Close();
        return written;

        void WriteGroup()
        {
            written += ids.Count;
            using var group = writer.AppendRowGroup();
            using (var column = group.NextColumn().LogicalWriter<string>())
                column.WriteBatch([.. ids]);
            foreach (var column in columns)
                column.Write(group);
            using (var column = group.NextColumn().LogicalWriter<string>())
                column.WriteBatch([.. payloads]);
            ids.Clear();
            payloads.Clear();
            bytes = 0;
            progress?.Report(written);
        }
    }
}
