using Orrery.Web.Parts;

namespace Orrery.Web.Graphs;

/// <summary>A box of a graph.</summary>
/// <param name="Key">What edges call it.</param>
/// <param name="Title">Its first line.</param>
/// <param name="Detail">Its second.</param>
/// <param name="Href">Where a click leads.</param>
/// <param name="Tone">How it stands.</param>
/// <param name="Shape">A class of the style sheet: what it is.</param>
/// <param name="Marked">Whether the reader came from here.</param>
public sealed record GraphNode(string Key, string Title, string Detail, string? Href = null, Tone Tone = Tone.Quiet, string Shape = "", bool Marked = false);

/// <summary>An arrow of a graph.</summary>
public sealed record GraphEdge(string From, string To, string Label = "");
