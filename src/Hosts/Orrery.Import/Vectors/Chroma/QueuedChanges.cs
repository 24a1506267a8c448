using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>
/// What stands in Chroma's log (<c>embeddings_queue</c>) and has not reached its segments yet: the vectors segment takes some hundreds of changes at a time, and the metadata segment what was written before the
/// last read. Of one collection, at most some thousand entries.
/// </summary>
internal sealed class QueuedChanges
{
    private const int Delete = 3;

    private readonly Dictionary<string, Change> _changes = new(StringComparer.Ordinal);

    /// <param name="rows">The log's entries in order: sequence number, operation (add, update, upsert, delete), id, vector, encoding, metadata.</param>
    /// <param name="metadataUpTo">The last entry that the metadata segment holds.</param>
    public QueuedChanges(IEnumerable<SqliteDataReader> rows, long metadataUpTo)
    {
        foreach (var row in rows)
        {
            var id = row.GetString(2);
            var change = _changes.GetValueOrDefault(id) ?? new();
            _changes[id] = change;
            change.IsDeleted = row.GetInt32(1) == Delete;
            if (change.IsDeleted)
                change.Vector = null;
            else if (!row.IsDBNull(3))
                change.Vector = Vector((byte[])row.GetValue(3), row.IsDBNull(4) ? "FLOAT32" : row.GetString(4), id);
            if (row.GetInt64(0) <= metadataUpTo)
                continue;
            change.IsNewToMetadata = true;
            if (change.IsDeleted)
                change.Metadata.Clear();
            else if (!row.IsDBNull(5))
                Merge(change.Metadata, row.GetString(5));
        }
    }

    /// <summary>What happened to an id; null where nothing did.</summary>
    public Change? Find(string id) => _changes.GetValueOrDefault(id);

    /// <summary>The ids that the metadata segment may not know yet.</summary>
    public IEnumerable<string> New => _changes.Where(change => change.Value is { IsNewToMetadata: true, IsDeleted: false }).Select(change => change.Key);

    private static float[] Vector(byte[] bytes, string encoding, string id) =>
        encoding == "FLOAT32" && bytes.Length % sizeof(float) == 0 ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new InvalidException($"The vector of '{id}' in Chroma's log is encoded as {encoding} in {bytes.Length} bytes; FLOAT32 is read.");

    private static void Merge(Dictionary<string, JsonElement> metadata, string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var member in document.RootElement.EnumerateObject())
            metadata[member.Name] = member.Value.Clone();
    }

    internal sealed class Change
    {
        public bool IsDeleted { get; set; }

        public bool IsNewToMetadata { get; set; }

        public float[]? Vector { get; set; }

        /// <summary>What is newer than the metadata segment; null takes a key away.</summary>
        public Dictionary<string, JsonElement> Metadata { get; } = new(StringComparer.Ordinal);
    }
}
