using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Assets.Aliases;

[Table("alias_moves")]
internal sealed record AliasMoveRow
{
    [PrimaryKey(1), Column("asset_id")] public string AssetId { get; init; } = "";

    /// <summary>1, 2, 3 … within the asset.</summary>
    [PrimaryKey(2), Column("number")] public int Number { get; init; }

    [Column("alias")] public string Alias { get; init; } = "";
    [Column("from_version")] public int? From { get; init; }
    [Column("to_version")] public int? To { get; init; }
    [Column("reason")] public string Reason { get; init; } = "";

    /// <summary>Whether a roll-back has gone behind it, so that the next one goes further back.</summary>
    [Column("undone")] public bool Undone { get; init; }

    [Column("moved_by")] public string MovedBy { get; init; } = "";
    [Column("moved_at")] public long MovedAt { get; init; }

    public AliasMove ToMove() => new(Alias, From, To, Word(Reason), MovedBy, Instant.FromColumn(MovedAt));

    public static string Word(AliasMoveReason reason) => reason switch
    {
        AliasMoveReason.Set => "set",
        AliasMoveReason.RolledBack => "rolled-back",
        AliasMoveReason.Removed => "removed",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "No such reason."),
    };

    private static AliasMoveReason Word(string word) => word switch
    {
        "set" => AliasMoveReason.Set,
        "rolled-back" => AliasMoveReason.RolledBack,
        "removed" => AliasMoveReason.Removed,
        _ => throw new OrreryException(ErrorCode.Internal, $"The table of alias moves has a reason '{word}'."),
    };
}

[Table("alias_protections")]
internal sealed record AliasProtectionRow
{
    [PrimaryKey(1), Column("asset_id")] public string AssetId { get; init; } = "";
    [PrimaryKey(2), Column("alias")] public string Alias { get; init; } = "";
    [Column("gate")] public string Gate { get; init; } = "";
    [Column("approvals")] public int Approvals { get; init; }
    [Column("protected_by")] public string ProtectedBy { get; init; } = "";
    [Column("protected_at")] public long ProtectedAt { get; init; }

    public AliasProtection ToProtection() => new(Alias, Gate, Approvals, ProtectedBy, Instant.FromColumn(ProtectedAt));
}
