using LinqToDB.Mapping;

namespace Orrery.Embedded.Signals;

/// <summary>Where a consumer of a stream goes on.</summary>
[Table("platform_cursors")]
internal sealed class CursorRow
{
    [Column("consumer"), PrimaryKey(0)]
    public required string Consumer { get; set; }

    [Column("stream"), PrimaryKey(1)]
    public required string Stream { get; set; }

    [Column("next")]
    public long Next { get; set; }
}
