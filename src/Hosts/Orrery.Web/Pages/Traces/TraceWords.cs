using Orrery.Ledger.Traces;

namespace Orrery.Web.Pages.Traces;

/// <summary>How a trace is put into words.</summary>
internal static class TraceWords
{
    private const int BriefLength = 80;

    public static string Of(TraceState state) => state switch
    {
        TraceState.Ok => "ok",
        TraceState.Error => "error",
        TraceState.InProgress => "goes on",
        _ => "unknown",
    };

    /// <summary>The beginning of a text.</summary>
    public static string Brief(string? text) => text is null ? "" : text.Length <= BriefLength ? text : text[..BriefLength] + "…";
}
