namespace Orrery.Kernel;

/// <summary>One page of a longer list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">Give this back to get the page after this one; null at the end. Opaque to callers.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>Which page of a list is wanted.</summary>
/// <param name="Limit">How many items at most, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Cursor"><see cref="Page{T}.Next"/> of the page before; null for the first.</param>
public sealed record PageRequest(int Limit = PageRequest.DefaultLimit, string? Cursor = null)
{
    /// <summary>Items on a page when nobody says.</summary>
    public const int DefaultLimit = 100;

    /// <summary>The most items on a page.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The limit, checked.</summary>
    /// <exception cref="InvalidException">It is out of range.</exception>
    public int CheckedLimit => Limit is >= 1 and <= MaxLimit
        ? Limit
        : throw new InvalidException($"A page holds 1 to {MaxLimit} items; the request asked for {Limit}.");
}
