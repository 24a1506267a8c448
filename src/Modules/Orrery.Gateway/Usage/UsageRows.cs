using LinqToDB.Mapping;

namespace Orrery.Gateway.Usage;

/// <summary>What one caller used of one route for one feature in one minute.</summary>
[Table("gateway_usage")]
internal sealed record UsageRow
{
    [PrimaryKey(0), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(1), Column("route")] public string Route { get; init; } = "";

    /// <summary>Minutes since 1970 in UTC.</summary>
    [PrimaryKey(2), Column("minute")] public long Minute { get; init; }
    [PrimaryKey(3), Column("actor")] public string Actor { get; init; } = "";

    /// <summary>What the request said it is for; empty where it said nothing.</summary>
    [PrimaryKey(4), Column("feature")] public string Feature { get; init; } = "";
    [Column("requests")] public long Requests { get; init; }
    [Column("cached")] public long Cached { get; init; }
    [Column("prompt_tokens")] public long PromptTokens { get; init; }
    [Column("completion_tokens")] public long CompletionTokens { get; init; }
    [Column("cost")] public double Cost { get; init; }

    /// <summary>What answers of the cache would have cost.</summary>
    [Column("saved")] public double Saved { get; init; }
}
