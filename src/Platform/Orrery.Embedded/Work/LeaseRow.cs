using LinqToDB.Mapping;

namespace Orrery.Embedded.Work;

/// <summary>A named lease. It stays when it is given back, because its token must never start again.</summary>
[Table("platform_leases")]
internal sealed class LeaseRow
{
    [Column("name"), PrimaryKey]
    public required string Name { get; set; }

    [Column("holder")]
    public string? Holder { get; set; }

    /// <summary>Microseconds since 1970.</summary>
    [Column("until_us")]
    public long Until { get; set; }

    [Column("token")]
    public long Token { get; set; }
}
