using Orrery.Kernel;

namespace Orrery.Web.Parts;

/// <summary>The way through a paged list: cursors lead forward only, so the ones used are kept to go back.</summary>
public sealed class CursorTrail(int limit = 50)
{
    private readonly Stack<string?> _before = new();
    private string? _here;
    private string? _next;

    public int Number => _before.Count + 1;

    public bool HasNext => _next is not null;

    public bool HasPrevious => _before.Count > 0;

    public PageRequest Request => new(limit, _here);

    public IReadOnlyList<T> Take<T>(Page<T> page)
    {
        _next = page.Next;
        return page.Items;
    }

    public void Forward()
    {
        if (_next is null)
            return;
        _before.Push(_here);
        _here = _next;
    }

    public void Back()
    {
        if (_before.TryPop(out var before))
            _here = before;
    }

    public void Restart()
    {
        _before.Clear();
        _here = _next = null;
    }
}
