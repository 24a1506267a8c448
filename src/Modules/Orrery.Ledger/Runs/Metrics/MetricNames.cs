using System.Collections.Concurrent;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>The keys that metrics' names stand under. Names are never removed, so what was once read stays true. Thread-safe.</summary>
internal sealed class MetricNames
{
    /// <summary>Names kept in memory; a caller who makes more is looked up in the database.</summary>
    private const int MaxKept = 20_000;

    /// <summary>Names asked for in one statement.</summary>
    private const int MaxAsked = 1000;

    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);

    /// <summary>The keys of names within a transaction; new names get theirs here. Not to be remembered before the transaction is durable.</summary>
    public IReadOnlyDictionary<string, long> Take(DataConnection transaction, IReadOnlyCollection<string> names)
    {
        var keys = Known(names);
        var unknown = names.Where(name => !keys.ContainsKey(name)).ToList();
        if (unknown.Count == 0)
            return keys;
        foreach (var some in unknown.Chunk(MaxAsked))
        {
            foreach (var row in transaction.GetTable<MetricNameRow>().Where(row => some.Contains(row.Name)))
                keys[row.Name] = row.Key;
        }

        foreach (var name in unknown.Where(name => !keys.ContainsKey(name)))
            keys[name] = transaction.InsertWithInt64Identity(new MetricNameRow { Name = name });
        return keys;
    }

    /// <summary>Remembers keys that a durable transaction took.</summary>
    public void Remember(IReadOnlyDictionary<string, long> keys)
    {
        if (_known.Count + keys.Count > MaxKept)
            return;
        foreach (var (name, key) in keys)
            _known[name] = key;
    }

    /// <summary>The keys of those names that exist.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FindAsync(DataConnection connection, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var keys = Known(names);
        var unknown = names.Where(name => !keys.ContainsKey(name)).ToList();
        if (unknown.Count == 0)
            return keys;
        foreach (var some in unknown.Chunk(MaxAsked))
        {
            var rows = await connection.GetTable<MetricNameRow>().Where(row => some.Contains(row.Name)).ToListAsync(cancellationToken);
            foreach (var row in rows)
                keys[row.Name] = row.Key;
        }

        return keys;
    }

    private Dictionary<string, long> Known(IReadOnlyCollection<string> names)
    {
        var keys = new Dictionary<string, long>(names.Count, StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (_known.TryGetValue(name, out var key))
                keys[name] = key;
        }

        return keys;
    }
}
