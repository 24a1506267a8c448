using Orrery.Platform.GroupCommit;
using Orrery.Kernel;
using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>The open RocksDB, and the loop that lets durable writes share a sync.</summary>
internal sealed class OpenRocks : IAsyncDisposable
{
    /// <summary>Memory of all spaces' unflushed writes together; without it each column family would take 64 MiB.</summary>
    private const ulong WriteBufferBytes = 64 << 20;

    private static readonly WriteOptions Synced = new WriteOptions().SetSync(true);
    private static readonly WriteOptions Unsynced = new WriteOptions().SetSync(false);

    private readonly RocksDb _db;
    private readonly GroupCommitter<KeyValueWrite> _writes;
    private volatile bool _closed;

    public OpenRocks(string path)
    {
        var options = new DbOptions()
            .SetCreateIfMissing()
            .SetDbWriteBufferSize(WriteBufferBytes)
            .SetKeepLogFileNum(2)
            .SetStatsDumpPeriodSec(0)
            // A record torn by a crash at the log's very end is dropped; damage anywhere else refuses to open. The default, point in time,
            // would silently drop all that was acknowledged after the damage.
            .SetWalRecoveryMode(Recovery.TolerateCorruptedTailRecords);
        var families = new ColumnFamilies(FamilyOptions());
        if (RocksDb.TryListColumnFamilies(options, path, out var names))
        {
            foreach (var name in names.Where(n => n != ColumnFamilies.DefaultName))
                families.Add(name, FamilyOptions());
        }

        _db = RocksDb.Open(options, path, families);
        _writes = new("keyvalues", Commit);
    }

    /// <summary>The database.</summary>
    public RocksDb Db => _closed ? throw new ObjectDisposedException(nameof(OpenRocks), "The key-value store is closed.") : _db;

    /// <summary>How a space is kept: with a Bloom filter of 10 bits a key (1 % false positives), since most reads are point reads.</summary>
    public static ColumnFamilyOptions FamilyOptions() =>
        new ColumnFamilyOptions().SetBlockBasedTableFactory(new BlockBasedTableOptions().SetFilterPolicy(BloomFilterPolicy.Create(10, use_block_based_builder: false)));

    /// <summary>Writes and returns when it is on disk; writes that wait at the same moment share the sync.</summary>
    public Task WriteDurablyAsync(KeyValueWrite write, CancellationToken cancellationToken) => _writes.CommitAsync(write, write.Settled, cancellationToken);

    /// <summary>Writes as far as the operating system's cache.</summary>
    public void WriteRelaxed(KeyValueWrite write)
    {
        using var batch = new WriteBatch();
        write.AddTo(batch);
        Write(batch, Unsynced, [write]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        _closed = true;
        _db.Dispose();
    }

    private void Commit(IReadOnlyList<KeyValueWrite> group)
    {
        using var batch = new WriteBatch();
        foreach (var write in group)
            write.AddTo(batch);
        Write(batch, Synced, group);
        foreach (var write in group)
            write.Complete();
    }

    private void Write(WriteBatch batch, WriteOptions options, IReadOnlyList<KeyValueWrite> writes)
    {
        try
        {
            Db.Write(batch, options);
        }
        catch (RocksDbException error)
        {
            // Measured on 11.12: after a full disk RocksDB refuses every write until it is opened again, also when there is space, with an
            // SstFileManager or without; its C API has no Resume. Reads go on.
            throw new UnavailableException(
                $"The key-value batch could not be written: {error.Message.TrimEnd('.')}. Check the data folder's free space and permissions, then restart Orrery: " +
                "until then this store only reads.", error);
        }
        finally
        {
            foreach (var write in writes)
                write.Forget();
        }
    }
}
