using Orrery.Kernel;

namespace Orrery.Platform.Http;

/// <summary>The query parameters of every list; bind it with <c>[AsParameters]</c>.</summary>
/// <param name="Limit">How many items at most; 100 where nobody says.</param>
/// <param name="Cursor"><c>next</c> of the page before.</param>
public sealed record PageQuery(int? Limit, string? Cursor)
{
    /// <summary>The page that is wanted, checked.</summary>
    public PageRequest ToRequest()
    {
        var request = new PageRequest(Limit ?? PageRequest.DefaultLimit, Cursor);
        _ = request.CheckedLimit;
        return request;
    }
}
