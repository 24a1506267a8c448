using FluentMigrator;
using LinqToDB.Mapping;

namespace Orrery.Data.Datasets.Storage;

/// <summary>Where the profile of a dataset's content is kept. It can be made again from the dataset at any time.</summary>
[Table("data_profiles")]
internal sealed record ProfileRow
{
    /// <summary>The digest of the dataset version's manifest.</summary>
    [PrimaryKey(0), Column("content")]
    public required string Content { get; init; }

    /// <summary><see cref="Profiles.ProfileStore.Format"/> at the time.</summary>
    [PrimaryKey(1), Column("format")]
    public required int Format { get; init; }

    /// <summary>The digest of the profile's blob.</summary>
    [Column("profile")]
    public required string Profile { get; init; }
}

/// <summary>The tables of this module.</summary>
[Migration(2_000_001, "Data: profiles by content")]
public sealed class DataTables : AutoReversingMigration
{
    public override void Up() => Create.Table("data_profiles")
        .WithColumn("content").AsString(64).PrimaryKey()
        .WithColumn("format").AsInt32().PrimaryKey()
        .WithColumn("profile").AsString(64).NotNullable();
}
