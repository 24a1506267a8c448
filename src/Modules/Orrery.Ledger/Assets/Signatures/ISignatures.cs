using System.Text.Json.Serialization;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Signatures;

/// <summary>A signature of an envelope.</summary>
/// <param name="KeyId">The SHA-256 of the key's public half.</param>
/// <param name="Sig">The signature in Base64.</param>
public sealed record EnvelopeSignature([property: JsonPropertyName("keyid")] string KeyId, string Sig);

/// <summary>
/// A statement that the server signed, as a DSSE envelope (github.com/secure-systems-lab/dsse) around an in-toto statement, which ready-made verifiers such
/// as cosign read.
/// </summary>
/// <param name="Payload">The statement's bytes in Base64.</param>
/// <param name="PayloadType">What the payload is: <c>application/vnd.in-toto+json</c>.</param>
/// <param name="Signatures">One, by this server's key.</param>
public sealed record SignedEnvelope(string Payload, string PayloadType, IReadOnlyList<EnvelopeSignature> Signatures);

/// <summary>A version's signature.</summary>
/// <param name="Envelope">The statement and its signature.</param>
/// <param name="SignedBy">Who had it signed.</param>
/// <param name="SignedAt">When.</param>
/// <param name="Valid">Whether this server's key still verifies it, and it speaks of this version.</param>
public sealed record VersionSignature(SignedEnvelope Envelope, string SignedBy, DateTimeOffset SignedAt, bool Valid);

/// <summary>Signs versions with the server's key. Thread-safe.</summary>
public interface ISignatures
{
    /// <summary>
    /// Signs what a version is and what is known of it now: its digest, who made it, which gates let it through and who approved it. Signing again replaces the
    /// statement. The caller must be an approver.
    /// </summary>
    Task<VersionSignature> SignAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default);

    /// <summary>A version's signature, verified.</summary>
    /// <exception cref="NotFoundException">It is not signed.</exception>
    Task<VersionSignature> GetAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default);

    /// <summary>The public half of the server's key, in PEM.</summary>
    string PublicKey { get; }
}
