using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Orrery.Embedded.Folder;
using Orrery.Platform.KeyValues;
using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>RocksDB with a column family for each space. It opens at the first use: 30 ms that a server without online features never pays.</summary>
internal sealed partial class RocksStore : IKeyValueStore, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IKeyValueSpace> _spaces = new(StringComparer.Ordinal);
    private readonly Lock _creating = new();
    private readonly Lazy<OpenRocks> _open;

    public RocksStore(OwnedFolder folder) => _open = new(() => new OpenRocks(folder.Sub("keyvalues")));

    /// <inheritdoc/>
    public IKeyValueSpace Space(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SpaceName().IsMatch(name)
            ? _spaces.GetOrAdd(name, static (name, store) => new RocksSpace(store, name), this)
            : throw new ArgumentException($"A space's name is 1 to 64 of a-z, 0-9 and '-'; got '{name}'.", nameof(name));
    }

    /// <summary>The open database; opens it at the first call.</summary>
    public OpenRocks Rocks => _open.Value;

    /// <summary>The column family of a space, made at the first call.</summary>
    public ColumnFamilyHandle Family(string name)
    {
        lock (_creating)
            return Rocks.Db.TryGetColumnFamily(name, out var family) ? family : Rocks.Db.CreateColumnFamily(OpenRocks.FamilyOptions(), name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_open.IsValueCreated)
            await _open.Value.DisposeAsync();
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex SpaceName();
}
