using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>
/// The collections in the folder of a Chroma that does not run (version 0.4 and later): documents and metadata from <c>chroma.sqlite3</c>, vectors from the segments' folders and from the log
/// of what has not reached them yet. Everything is opened for reading alone; the pickle in a segment is parsed, never executed.
/// </summary>
public sealed class ChromaFolder : IVectorSource
{
    /// <summary>How Chroma keeps a document among the metadata.</summary>
    internal const string Document = "chroma:document";

    private readonly SqliteConnection _connection;
    private readonly string _folder;
    private readonly IReadOnlyCollection<string> _names;

    /// <summary>Opens the folder; of the collections in it, those named, or all.</summary>
    /// <exception cref="InvalidException">It is none of Chroma's.</exception>
    public ChromaFolder(string folder, IReadOnlyCollection<string>? names = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, "chroma.sqlite3");
        if (!File.Exists(path))
            throw new InvalidException($"There is no chroma.sqlite3 in '{folder}': name the folder that was given to chroma as --path.");
        _folder = folder;
        _names = names ?? [];
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            if (Rows("SELECT count(*) FROM sqlite_master WHERE name IN ('collections', 'segments', 'embeddings', 'embedding_metadata', 'embeddings_queue')").Select(row => row.GetInt64(0)).Single() != 5)
                throw new InvalidException($"'{path}' is no database of Chroma 0.4 or later.");
        }
        catch (Exception error) when (error is SqliteException or InvalidException)
        {
            _connection.Dispose();
            throw error as InvalidException ?? new InvalidException($"'{path}' is no SQLite database: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await Task.CompletedTask;
        var columns = Rows("SELECT name FROM pragma_table_info('collections')").Select(row => row.GetString(0)).ToHashSet();
        string Column(string name) => columns.Contains(name) ? $"c.{name}" : "NULL";
        var all = Rows(
            $"""
             SELECT c.id, c.name, c.dimension, {Column("config_json_str")}, {Column("schema_str")},
                    (SELECT str_value FROM collection_metadata m WHERE m.collection_id = c.id AND m.key = 'hnsw:space'),
                    (SELECT id FROM segments s WHERE s.collection = c.id AND s.scope = 'VECTOR'), (SELECT id FROM segments s WHERE s.collection = c.id AND s.scope = 'METADATA')
             FROM collections c ORDER BY c.name
             """).Select(row => (Stored: Read(row), Dimension: row.IsDBNull(2) ? 0 : row.GetInt32(2))).ToList();
        if (_names.FirstOrDefault(name => all.TrueForAll(collection => collection.Stored.Name != name)) is { } missing)
            throw new NotFoundException($"There is no collection '{missing}' in '{_folder}'; there are {string.Join(", ", all.Select(collection => collection.Stored.Name))}.");
        foreach (var (stored, dimension) in all.Where(collection => _names.Count == 0 || _names.Contains(collection.Stored.Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (dimension == 0)
                report.Leave("empty collection, whose vectors have no size yet");
            else
                yield return new(stored.Name, ImportedCollection.OneVector(dimension, ChromaDistance.Of(stored.Space)), Count(stored), PagesAsync(stored, dimension, report));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Stored Read(SqliteDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new(row.GetString(0), row.GetString(1), Text(5) ?? ChromaDistance.Space(Text(4)) ?? ChromaDistance.Space(Text(3)), Text(6) ?? "", Text(7) ?? "");
    }

    private long Count(Stored collection) => Rows("SELECT count(*) FROM embeddings WHERE segment_id = $segment", ("$segment", collection.MetadataSegment)).Select(row => row.GetInt64(0)).Single();

    private async IAsyncEnumerable<PointPage> PagesAsync(Stored collection, int dimension, VectorImportReport report)
    {
        await Task.CompletedTask;
        using var vectors = Segment(collection, dimension);
        var queued = Queued(collection);
        var known = new HashSet<string>(StringComparer.Ordinal);
        using var pages = new PointPages();
        foreach (var (id, metadata) in Points(collection))
        {
            known.Add(id);
            if (Add(id, metadata) && pages.IsFull && pages.Take() is { } full)
                yield return full;
        }

        foreach (var id in queued.New.Where(id => !known.Contains(id)))
        {
            if (Add(id, []) && pages.IsFull && pages.Take() is { } full)
                yield return full;
        }

        if (pages.Take() is { } last)
            yield return last;

        bool Add(string id, Dictionary<string, JsonElement> metadata)
        {
            var change = queued.Find(id);
            if (change?.IsDeleted == true)
                return false;
            if ((change?.Vector ?? vectors?.Find(id)) is not { } vector || vector.Length != dimension)
            {
                report.Leave("point whose vector is neither in a segment nor in the log");
                return false;
            }

            foreach (var (key, value) in change?.Metadata ?? [])
                metadata[key] = value;
            pages.Add(id, vector, json => Write(metadata, json));
            return true;
        }
    }

    private HnswSegment? Segment(Stored collection, int dimension) =>
        // The name comes from the database and must not lead out of the folder.
        Guid.TryParse(collection.VectorSegment, out _) ? HnswSegment.Open(Path.Combine(_folder, collection.VectorSegment), dimension, collection.Space == "cosine") : null;

    private QueuedChanges Queued(Stored collection)
    {
        var metadataUpTo = Rows("SELECT seq_id FROM max_seq_id WHERE segment_id = $segment", ("$segment", collection.MetadataSegment)).Select(row => Sequence(row.GetValue(0))).FirstOrDefault();
        return new(
            Rows(
                "SELECT seq_id, operation, id, vector, encoding, metadata FROM embeddings_queue WHERE topic = $id OR topic LIKE '%/' || $id ORDER BY seq_id",
                ("$id", collection.Id)),
            metadataUpTo);
    }

    /// <summary>Versions before 0.5 wrote the number as eight bytes, the greatest first.</summary>
    private static long Sequence(object value) => value is byte[] bytes ? bytes.Aggregate(0L, (sum, part) => (sum << 8) | part) : (long)value;

    /// <summary>The points of the metadata segment, each with its metadata.</summary>
    private IEnumerable<(string Id, Dictionary<string, JsonElement> Metadata)> Points(Stored collection)
    {
        string? id = null;
        var metadata = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var row in Rows(
                     """
                     SELECT e.embedding_id, m.key, m.string_value, m.int_value, m.float_value, m.bool_value
                     FROM embeddings e LEFT JOIN embedding_metadata m ON m.id = e.id WHERE e.segment_id = $segment ORDER BY e.id
                     """,
                     ("$segment", collection.MetadataSegment)))
        {
            var next = row.GetString(0);
            if (id is not null && next != id)
            {
                yield return (id, metadata);
                metadata = new(StringComparer.Ordinal);
            }

            id = next;
            if (!row.IsDBNull(1))
                metadata[row.GetString(1)] = Value(row);
        }

        if (id is not null)
            yield return (id, metadata);
    }

    private static JsonElement Value(SqliteDataReader row) =>
        !row.IsDBNull(2) ? JsonSerializer.SerializeToElement(row.GetString(2))
            : !row.IsDBNull(3) ? JsonSerializer.SerializeToElement(row.GetInt64(3))
            : !row.IsDBNull(4) ? JsonSerializer.SerializeToElement(row.GetDouble(4))
            : !row.IsDBNull(5) ? JsonSerializer.SerializeToElement(row.GetBoolean(5)) : default;

    private static void Write(Dictionary<string, JsonElement> metadata, Utf8JsonWriter json)
    {
        foreach (var (key, value) in metadata)
        {
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
                continue;
            json.WritePropertyName(key == Document ? "document" : key);
            value.WriteTo(json);
        }
    }

    /// <summary>Rows, each valid until the next is asked for.</summary>
    private IEnumerable<SqliteDataReader> Rows(string sql, params (string Name, object Value)[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        using var rows = command.ExecuteReader();
        while (rows.Read())
            yield return rows;
    }

    private sealed record Stored(string Id, string Name, string? Space, string VectorSegment, string MetadataSegment);
}
