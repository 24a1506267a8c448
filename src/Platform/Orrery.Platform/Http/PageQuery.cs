using Microsoft.AspNetCore.Mvc;
using Orrery.Kernel;

namespace Orrery.Platform.Http;

/// <summary>The query parameters of every list; bind it with <c>[AsParameters]</c>.</summary>
/// <remarks>Properties, because the request delegate generator cannot name a constructor with a parameter of type <c>string?</c> (CS8639).</remarks>
public sealed record PageQuery
{
    /// <summary>How many items at most; 100 where nobody says.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary><c>next</c> of the page before.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>The page that is wanted, checked.</summary>
    public PageRequest ToRequest()
    {
        var request = new PageRequest(Limit ?? PageRequest.DefaultLimit, Cursor);
        _ = request.CheckedLimit;
        return request;
    }
}
