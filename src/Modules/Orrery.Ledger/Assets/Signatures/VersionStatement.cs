using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Ledger.Gates;

namespace Orrery.Ledger.Assets.Signatures;

/// <summary>
/// What is signed: an in-toto statement (github.com/in-toto/attestation, spec/v1/statement.md) whose subject is the version by its digest.
/// </summary>
internal static class VersionStatement
{
    public const string PayloadType = "application/vnd.in-toto+json";

    private const string PredicateType = "https://orrery.dev/attestations/version/v1";

    public static byte[] Write(AssetVersion version, string workspace, IReadOnlyList<GateReport> reports, IReadOnlyList<GateApproval> approvals, string signer, DateTimeOffset now) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Statement(
                "https://in-toto.io/Statement/v1", [new(version.Ref.ToString(), new Dictionary<string, string> { ["sha256"] = version.Digest.ToString() })], PredicateType,
                new
                {
                    workspace,
                    version.CreatedBy,
                    version.CreatedAt,
                    version.Run,
                    gates = reports.GroupBy(report => report.Gate).Select(of => of.First()).Select(report => new { report.Gate, report.GateVersion, report.Passed, report.EvaluatedAt, report.Evidence }),
                    approvals = approvals.Select(approval => new { approval.Gate, approval.Approver, approval.ApprovedAt }),
                    signedBy = signer,
                    signedAt = now,
                }),
            LedgerJson.Options);

    /// <summary>The digest that a statement is about; null where it is none of ours.</summary>
    public static string? DigestOf(byte[] payload)
    {
        var statement = JsonSerializer.Deserialize<JsonElement>(payload);
        return statement.TryGetProperty("subject", out var subjects) && subjects.ValueKind == JsonValueKind.Array && subjects.GetArrayLength() == 1
            && subjects[0].TryGetProperty("digest", out var digests) && digests.TryGetProperty("sha256", out var digest) ? digest.GetString() : null;
    }

    /// <summary>What the key signs: the payload and its type, each led by its length (DSSE, protocol.md, PAE).</summary>
    public static byte[] Encoded(byte[] payload) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {PayloadType.Length} {PayloadType} {payload.Length} ")), .. payload];

    private sealed record Subject(string Name, IReadOnlyDictionary<string, string> Digest);

    private sealed record Statement([property: JsonPropertyName("_type")] string Type, IReadOnlyList<Subject> Subject, string PredicateType, object Predicate);
}
