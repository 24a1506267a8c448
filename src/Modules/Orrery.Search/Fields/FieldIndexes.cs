using System.Collections.Concurrent;
using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Shards;

namespace Orrery.Search.Fields;

/// <summary>
/// The field indexes of a shard. Each is built by the first filter that wants it, whether anybody declared the field or not, and kept up from then on.
/// </summary>
internal sealed class FieldIndexes(ShardView view)
{
    private readonly ConcurrentDictionary<PayloadPath, Lazy<FieldIndex>> _indexes = new();

    /// <summary>The index of a path, built now if it is not there; under the view's read lock, so that nobody writes meanwhile.</summary>
    public FieldIndex Get(PayloadPath path) => _indexes.GetOrAdd(path, path => new(() => Build(path))).Value;

    /// <summary>The declaration of a path changed; its index is built anew when wanted.</summary>
    public void Forget(PayloadPath path) => _indexes.TryRemove(path, out _);

    /// <summary>The payload of a slot changed; under the view's write lock.</summary>
    public void Change(int slot, byte[]? before, byte[]? after)
    {
        if (_indexes.IsEmpty)
            return;
        using var old = before is { } gone ? JsonDocument.Parse(gone) : null;
        using var now = after is { } come ? JsonDocument.Parse(come) : null;
        foreach (var index in _indexes.Values)
        {
            if (!index.IsValueCreated)
                continue;
            if (old is not null)
                index.Value.Remove(slot, old.RootElement);
            if (now is not null)
                index.Value.Add(slot, now.RootElement);
        }
    }

    /// <summary>How a declared text field cuts its texts; null where it is none.</summary>
    public WordRules? WordsOf(PayloadPath path) => view.Config.Fields.TryGetValue(path.Text, out var field) && field.Type == FieldType.Text ? field.Words ?? new() : null;

    private FieldIndex Build(PayloadPath path)
    {
        var index = new FieldIndex(path, WordsOf(path));
        foreach (var slot in view.Live.Slots())
        {
            if (view.Document(slot) is not { } document)
                continue;
            using (document)
                index.Add(slot, document.RootElement);
        }

        return index;
    }
}
