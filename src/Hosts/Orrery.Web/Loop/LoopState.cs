using Orrery.Web.Parts;

namespace Orrery.Web.Loop;

/// <summary>A station of the loop.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Headline">Its state in a few words.</param>
/// <param name="Detail">Its figures.</param>
/// <param name="Href">Its page.</param>
/// <param name="Tone">How it stands.</param>
public sealed record Station(string Name, string Headline, string Detail, string Href, Tone Tone = Tone.Quiet);

/// <summary>Something that happened lately.</summary>
public sealed record LoopEvent(DateTimeOffset Time, string Text, string? Href, string By, bool IsAlert = false);

/// <summary>The life of one endpoint's model, from the source of its data to the pipeline that trains the next.</summary>
/// <param name="Endpoint">The endpoint in the middle; null while there is none.</param>
/// <param name="Endpoints">All endpoints of the workspace.</param>
/// <param name="Title">What stands in the middle.</param>
/// <param name="Fact">Its figure.</param>
/// <param name="Stations">Twelve, in the order of the loop.</param>
/// <param name="IsEmpty">Whether nothing is there yet.</param>
public sealed record LoopState(
    string? Endpoint, IReadOnlyList<string> Endpoints, string Title, string Fact, IReadOnlyList<Station> Stations, bool IsEmpty);
