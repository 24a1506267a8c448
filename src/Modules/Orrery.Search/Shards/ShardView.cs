using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Fields;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Vectors;

namespace Orrery.Search.Shards;

/// <summary>
/// A shard's points in memory: a view of its rows in the store, which can be made again from them at any time. Each point has a slot, which another may have after it.
/// Readers hold <see cref="Reading"/>; the one writer holds <see cref="Writing"/> while it takes a change in.
/// </summary>
internal sealed class ShardView : IDisposable
{
    /// <summary>Kilobytes of vectors from which on a graph is built, where nobody says: below it a scan takes some milliseconds.</summary>
    public const int DefaultIndexingThreshold = 10_000;

    private readonly ReaderWriterLockSlim _gate = new();
    private readonly Dictionary<PointId, int> _slots = [];
    private readonly Dictionary<string, VectorColumn> _columns = new(StringComparer.Ordinal);
    private readonly Stack<int> _free = new();
    private readonly List<Row> _rows = [];
    private long _payloadBytes;
    private int _indexing;

    public ShardView(CollectionConfig config)
    {
        Fields = new(this);
        Ids = new(_slots.ContainsKey);
        Config = config;
        Configure(config);
    }

    /// <summary>What the collection is.</summary>
    public CollectionConfig Config { get; private set; }

    /// <summary>Vectors by name.</summary>
    public IReadOnlyDictionary<string, VectorColumn> Columns => _columns;

    /// <summary>Indexes of fields.</summary>
    public FieldIndexes Fields { get; }

    /// <summary>The ids in their order.</summary>
    public SortedIds Ids { get; }

    /// <summary>The slots that have a point.</summary>
    public SlotSet Live { get; } = new(64);

    /// <summary>How many points there are.</summary>
    public int Count => _slots.Count;

    /// <summary>Slots are below this.</summary>
    public int Capacity => _rows.Count;

    /// <summary>The number of the last operation that it took in.</summary>
    public long Applied { get; set; }

    /// <summary>Bytes of memory that points, payloads and vectors take.</summary>
    public long Bytes => _payloadBytes + _columns.Values.Sum(column => column.Bytes) + _rows.Count * 120L;

    /// <summary>Nothing changes until it is disposed.</summary>
    public Hold Reading()
    {
        _gate.EnterReadLock();
        return new(_gate, write: false);
    }

    /// <summary>Nobody reads until it is disposed.</summary>
    public Hold Writing()
    {
        _gate.EnterWriteLock();
        return new(_gate, write: true);
    }

    /// <summary>Where a point stands.</summary>
    public bool TryFind(PointId id, out int slot) => _slots.TryGetValue(id, out slot);

    public PointId Id(int slot) => _rows[slot].Id;

    /// <summary>The operation that wrote it last.</summary>
    public long Version(int slot) => _rows[slot].Version;

    public byte[]? Payload(int slot) => _rows[slot].Payload;

    /// <summary>The payload, to look into; null where there is none.</summary>
    public JsonDocument? Document(int slot) => _rows[slot].Payload is { } payload ? JsonDocument.Parse(payload) : null;

    /// <summary>The slots that a filter lets through; all that are live where null.</summary>
    public SlotSet Find(Filter? filter) => filter is null ? Live : FilterEvaluation.Find(this, filter, Live);

    /// <summary>Takes a new configuration: columns come and go, declared fields are indexed anew. Within <see cref="Writing"/>.</summary>
    public void Configure(CollectionConfig config)
    {
        var before = Config;
        Config = config;
        foreach (var name in _columns.Keys.Where(name => !config.HasVector(name)).ToList())
            _columns.Remove(name);
        foreach (var (name, vector) in config.Vectors)
        {
            var shape = GraphShape.Of(config, vector);
            if (!_columns.TryGetValue(name, out var column))
                _columns.Add(name, vector.IsMulti ? new MultiColumn(vector) : new DenseColumn(vector, shape));
            else if (column is DenseColumn dense)
                dense.Configure(vector, shape);
        }

        foreach (var name in config.SparseVectors.Keys)
            _columns.TryAdd(name, new SparseColumn());

        foreach (var path in before.Fields.Keys.Union(config.Fields.Keys).Where(path => before.Fields.GetValueOrDefault(path) != config.Fields.GetValueOrDefault(path)))
            Fields.Forget(PayloadPath.Parse(path));
    }

    /// <summary>Takes a change in. Within <see cref="Writing"/>.</summary>
    public void Apply(PointChange change, long version)
    {
        if (change.IsRemoval)
        {
            Remove(change.Id);
            return;
        }

        var slot = SlotOf(change.Id);
        var row = _rows[slot];
        if (change.Payload is { } payload)
        {
            Fields.Change(slot, row.Payload, payload.Content);
            _payloadBytes += (payload.Content?.Length ?? 0) - (row.Payload?.Length ?? 0);
            row = row with { Payload = payload.Content };
        }

        _rows[slot] = row with { Version = version };
        foreach (var (name, vector) in change.Vectors)
        {
            if (vector is null)
                _columns[name].Clear(slot);
            else
                _columns[name].Set(slot, vector);
        }
    }

    /// <summary>The dense vectors by name.</summary>
    public IEnumerable<KeyValuePair<string, DenseColumn>> DenseColumns() =>
        _columns.Where(column => column.Value is DenseColumn).Select(column => KeyValuePair.Create(column.Key, (DenseColumn)column.Value));

    /// <summary>Whether there is a graph, or another column, that can be saved.</summary>
    public bool CanBeSaved => _columns.Values.Any(column => column is DenseColumn { HasGraph: true, KeepsAll: true } || column is not DenseColumn && column.Count > 0);

    /// <summary>Bytes of a saved view without its graphs.</summary>
    public long SavedBytes => _payloadBytes + _columns.Values.Where(column => column is not DenseColumn).Sum(column => column.VectorBytes);

    /// <summary>How many vectors graphs find.</summary>
    public long IndexedCount => DenseColumns().Sum(column => (long)column.Value.IndexedCount);

    /// <summary>Bytes of all vectors as they are stored.</summary>
    public long VectorBytes => _columns.Values.Sum(column => column.VectorBytes);

    /// <summary>Bytes of all payloads.</summary>
    public long PayloadBytes => _payloadBytes;

    /// <summary>Whether some vectors belong into a graph and are in none.</summary>
    public bool WantsIndexing => DenseColumns().Any(column => WantsIndexingOf(column.Value));

    /// <summary>Whether vectors are being moved into graphs.</summary>
    public bool IsIndexing => Volatile.Read(ref _indexing) != 0;

    /// <summary>Whether a column is large enough for a graph, or has one, and has vectors that are not in it.</summary>
    public bool WantsIndexingOf(DenseColumn column) => column.Outdated > 0 || Config.IndexingThreshold is not 0 && column.CanIndex && column.Growing > 0
        && (column.HasGraph || column.Count * 4L * column.Config.Size > (Config.IndexingThreshold ?? DefaultIndexingThreshold) * 1024L);

    /// <summary>False where somebody else moves vectors already.</summary>
    public bool TryBeginIndexing() => Interlocked.CompareExchange(ref _indexing, 1, 0) == 0;

    public void EndIndexing() => Volatile.Write(ref _indexing, 0);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private int SlotOf(PointId id)
    {
        if (_slots.TryGetValue(id, out var slot))
            return slot;
        if (!_free.TryPop(out slot))
        {
            slot = _rows.Count;
            _rows.Add(default);
        }

        _rows[slot] = new(id, 0, null);
        _slots.Add(id, slot);
        Live.Add(slot);
        Ids.Add(id);
        return slot;
    }

    private void Remove(PointId id)
    {
        if (!_slots.Remove(id, out var slot))
            return;
        foreach (var column in _columns.Values)
            column.Clear(slot);
        Fields.Change(slot, _rows[slot].Payload, null);
        _payloadBytes -= _rows[slot].Payload?.Length ?? 0;
        _rows[slot] = default;
        Live.Remove(slot);
        Ids.Remove();
        _free.Push(slot);
    }

    /// <summary>What stands in each slot; in a slot without a point, nothing. A copy.</summary>
    public Row[] Rows() => [.. _rows];

    /// <summary>Takes points that were saved; vectors follow. Nobody else knows the view yet.</summary>
    public void Restore(Row[] rows, SlotSet live)
    {
        _rows.AddRange(rows);
        _slots.EnsureCapacity(rows.Length);
        for (var slot = 0; slot < rows.Length; slot++)
        {
            if (!live[slot])
            {
                _free.Push(slot);
                continue;
            }

            _slots.Add(rows[slot].Id, slot);
            Live.Add(slot);
            Ids.Add(rows[slot].Id);
            _payloadBytes += rows[slot].Payload?.Length ?? 0;
        }
    }

    /// <summary>What stands in a slot.</summary>
    internal readonly record struct Row(PointId Id, long Version, byte[]? Payload);

    /// <summary>A lock that is held.</summary>
    internal readonly struct Hold(ReaderWriterLockSlim gate, bool write) : IDisposable
    {
        public void Dispose()
        {
            if (write)
                gate.ExitWriteLock();
            else
                gate.ExitReadLock();
        }
    }
}
