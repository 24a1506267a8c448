using Microsoft.AspNetCore.Http;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>The artifacts of one run, logged model or version, where this server keeps or reaches them. Paths are as <see cref="SafePath"/> reads them.</summary>
internal interface IArtifactFolder
{
    /// <summary>What lies directly in a folder, by name; empty where there is none.</summary>
    Task<IReadOnlyList<ArtifactEntry>> ListAsync(Caller caller, string path, CancellationToken cancellationToken);

    /// <summary>Answers with a file's content.</summary>
    Task AnswerAsync(HttpContext http, string path);

    /// <summary>Puts a file; what was there is replaced, but not by an empty one. How many bytes it has.</summary>
    Task<long> PutAsync(Caller caller, string path, Stream content, CancellationToken cancellationToken);
}
