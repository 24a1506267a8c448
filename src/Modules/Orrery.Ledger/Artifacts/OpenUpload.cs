namespace Orrery.Ledger.Artifacts;

/// <summary>A part that came.</summary>
internal sealed record StoredPart(string File, string Tag);

/// <summary>An upload whose parts are coming.</summary>
internal sealed class OpenUpload(string workspace, string path, int count, DateTimeOffset begunAt)
{
    private readonly Dictionary<int, StoredPart> _parts = [];
    private readonly Lock _lock = new();
    private bool _ended;

    public string Workspace => workspace;

    public string Path => path;

    public int Count => count;

    public DateTimeOffset BegunAt => begunAt;

    public StoredPart? Part(int number)
    {
        lock (_lock)
            return _parts.GetValueOrDefault(number);
    }

    /// <summary>Keeps a part, instead of one that came before; false where the upload has ended meanwhile.</summary>
    public bool Take(int number, StoredPart part)
    {
        StoredPart? before;
        lock (_lock)
        {
            if (_ended)
                return false;
            before = _parts.GetValueOrDefault(number);
            _parts[number] = part;
        }

        if (before is not null)
            File.Delete(before.File);
        return true;
    }

    /// <summary>Ends it and removes its files.</summary>
    public void Clear()
    {
        List<StoredPart> parts;
        lock (_lock)
        {
            _ended = true;
            parts = [.. _parts.Values];
            _parts.Clear();
        }

        foreach (var part in parts)
            File.Delete(part.File);
    }
}
