using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Artifacts;

/// <summary>A part of an upload as its sender names it.</summary>
/// <param name="Number">From 1 on.</param>
/// <param name="Tag">What <see cref="IArtifactUploads.PutPartAsync"/> returned for it.</param>
public sealed record UploadedPart(int Number, string Tag);

/// <summary>
/// Files that come in parts, in any order and beside each other. Until it is completed nothing of an upload is to be seen, and nothing outlives the process:
/// who is cut off begins anew. Thread-safe.
/// </summary>
public interface IArtifactUploads
{
    /// <summary>Begins an upload to a path and returns its id.</summary>
    /// <exception cref="QuotaExceededException">Too many are open.</exception>
    string Begin(Caller caller, string path, int parts);

    /// <summary>Takes a part, streaming, and returns its tag; a part that comes again replaces what came before.</summary>
    /// <exception cref="NotFoundException">There is no such upload, or it was completed, aborted or forgotten.</exception>
    Task<string> PutPartAsync(Caller caller, string upload, int number, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Joins the parts and puts the file at its path.</summary>
    /// <exception cref="InvalidException">A part is missing, or another one came than the sender thinks.</exception>
    Task CompleteAsync(Caller caller, string upload, string path, IReadOnlyList<UploadedPart> parts, string mediaType, CancellationToken cancellationToken = default);

    /// <summary>Forgets an upload.</summary>
    void Abort(Caller caller, string upload, string path);
}
