using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Audit;

[Table("audit_records")]
internal sealed record AuditRow
{
    [PrimaryKey, Column("number")] public long Number { get; init; }
    [Column("time")] public long Time { get; init; }
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("actor")] public string Actor { get; init; } = "";
    [Column("action")] public string Action { get; init; } = "";
    [Column("subject")] public string Subject { get; init; } = "";
    [Column("detail")] public string Detail { get; init; } = "";
    [Column("hash")] public string Hash { get; init; } = "";

    public AuditRecord ToRecord() => new(Number, Instant.FromColumn(Time), Workspace, Actor, Action, Subject, Detail, Digest.Parse(Hash));
}

[Table("audit_head")]
internal sealed record AuditHeadRow
{
    public const int OnlyId = 1;

    [PrimaryKey, Column("id")] public int Id { get; init; }
    [Column("number")] public long Number { get; init; }
    [Column("hash")] public string Hash { get; init; } = "";
}
