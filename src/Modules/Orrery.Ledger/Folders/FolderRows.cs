using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Folders;

[Table("folders")]
internal sealed record FolderRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("number")] public long Number { get; init; }
    [Column("name")] public string Name { get; init; } = "";
    [Column("artifact_root")] public string ArtifactRoot { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }

    /// <summary>When it was deleted; null while it is there.</summary>
    [Column("deleted_at")] public long? DeletedAt { get; init; }

    public Lifecycle Stage => DeletedAt is null ? Lifecycle.Active : Lifecycle.Deleted;

    public Folder ToFolder(IReadOnlyDictionary<string, string> tags) =>
        new(Number, Workspace, Name, Stage, ArtifactRoot, Instant.FromColumn(CreatedAt), Instant.FromColumn(UpdatedAt), tags);
}

[Table("folder_tags")]
internal sealed record FolderTagRow
{
    [PrimaryKey(1), Column("folder_key")] public long FolderKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

internal static class FolderRows
{
    public static FolderRow? Find(DataConnection connection, Caller caller, string name) =>
        connection.GetTable<FolderRow>().SingleOrDefault(row => row.Workspace == caller.Workspace && row.Name == name);

    /// <summary>The folder, which must be of the caller's workspace.</summary>
    public static FolderRow Require(DataConnection connection, Caller caller, long number) =>
        connection.GetTable<FolderRow>().SingleOrDefault(row => row.Workspace == caller.Workspace && row.Number == number) ?? throw Missing(caller, number);

    /// <summary>Refuses to change a folder that was deleted, or to put a run into it.</summary>
    public static FolderRow Active(FolderRow folder) => folder.DeletedAt is null
        ? folder
        : throw new PreconditionFailedException($"The experiment {folder.Number} must be in the 'active' state. Current state is deleted: restore it first.");

    public static NotFoundException Missing(Caller caller, long number) => new($"No experiment (folder of runs) with id={number} exists in workspace '{caller.Workspace}'.");

    /// <summary>Makes a folder with the next number.</summary>
    public static FolderRow Add(DataConnection transaction, Caller caller, string name, string? artifactRoot, string defaultRoot, DateTimeOffset now)
    {
        var last = transaction.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace).Max(row => (long?)row.Number) ?? -1;
        return Add(transaction, caller.Workspace, last + 1, name, artifactRoot ?? RootOf(defaultRoot, caller.Workspace, last + 1), now);
    }

    /// <summary>Makes the folder that a workspace has from the start.</summary>
    public static void AddDefault(DataConnection transaction, string workspace, string defaultRoot, DateTimeOffset now) =>
        Add(transaction, workspace, Folder.DefaultNumber, Folder.DefaultName, RootOf(defaultRoot, workspace, Folder.DefaultNumber), now);

    private static FolderRow Add(DataConnection transaction, string workspace, long number, string name, string root, DateTimeOffset now)
    {
        var time = Instant.ToColumn(now);
        var row = new FolderRow { Workspace = workspace, Number = number, Name = name, ArtifactRoot = root, CreatedAt = time, UpdatedAt = time };
        return row with { Key = transaction.InsertWithInt64Identity(row) };
    }

    // Numbers repeat between workspaces, so all but the first workspace have a part of the root of their own.
    public static string RootOf(string root, string workspace, long number)
    {
        var part = workspace == Caller.DefaultWorkspace ? "" : $"workspaces/{Uri.EscapeDataString(workspace)}/";
        return FormattableString.Invariant($"{root.TrimEnd('/')}/{part}{number}");
    }
}
