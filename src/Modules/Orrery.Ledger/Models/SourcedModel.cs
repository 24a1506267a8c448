using Orrery.Kernel;

namespace Orrery.Ledger.Models;

/// <summary>
/// What a model or prompt version is that a client registered by naming where its files are. Files that this server holds are pinned by digest at that
/// moment, so that the version's own digest fixes their bytes, whatever becomes of the run that they lie in.
/// </summary>
/// <param name="Source">Where the client says that it is: a URI.</param>
/// <param name="Location">Where its files are: the source, or what the source points at.</param>
/// <param name="RunLink">A link to the run that wrote it, on another server.</param>
/// <param name="ModelId">The logged model that it was made of.</param>
/// <param name="Template">Of a prompt: its text.</param>
/// <param name="Files">The files below the location by path and digest; null where the server does not hold them, or holds more than it pins.</param>
public sealed record SourcedModel(
    string Source, string Location, string? RunLink = null, string? ModelId = null, string? Template = null, IReadOnlyDictionary<string, Digest>? Files = null);
