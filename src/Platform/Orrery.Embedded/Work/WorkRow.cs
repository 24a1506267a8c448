using LinqToDB.Mapping;

namespace Orrery.Embedded.Work;

/// <summary>An unfinished item. While a worker holds it, <see cref="Due"/> is when its lease runs out: one column orders both.</summary>
[Table("platform_work")]
internal sealed class WorkRow
{
    [Column("id"), PrimaryKey, Identity]
    public long Id { get; set; }

    [Column("queue")]
    public required string Queue { get; set; }

    [Column("key")]
    public required string Key { get; set; }

    [Column("payload")]
    public required byte[] Payload { get; set; }

    /// <summary>Microseconds since 1970.</summary>
    [Column("due_us")]
    public long Due { get; set; }

    [Column("attempt")]
    public int Attempt { get; set; }

    [Column("token")]
    public long Token { get; set; }

    /// <summary>Who holds it; null while nobody does.</summary>
    [Column("worker")]
    public string? Worker { get; set; }
}
