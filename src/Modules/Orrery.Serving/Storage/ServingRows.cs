using LinqToDB.Mapping;
using Orrery.Serving.Canaries;
using Orrery.Serving.Endpoints;

namespace Orrery.Serving.Storage;

[Table("serving_endpoints")]
internal sealed record EndpointRow
{
    [PrimaryKey, Column("name")] public string Name { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("spec_version")] public int SpecVersion { get; init; }
    [Column("champion_id")] public string? ChampionId { get; init; }
}

[Table("serving_canaries")]
internal sealed record CanaryRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("endpoint")] public string Endpoint { get; init; } = "";
    [Column("state")] public string State { get; init; } = nameof(CanaryState.Running);
    [Column("champion_id")] public string ChampionId { get; init; } = "";
    [Column("champion")] public int Champion { get; init; }
    [Column("challenger_id")] public string ChallengerId { get; init; } = "";
    [Column("challenger")] public int Challenger { get; init; }
    [Column("share")] public double Share { get; init; }
    [Column("shadow")] public bool Shadow { get; init; }
    [Column("rules")] public string Rules { get; init; } = "";
    [Column("evidence")] public string Evidence { get; init; } = "";
    [Column("course")] public string? Course { get; init; }
    [Column("next_outcome")] public long NextOutcome { get; init; }
    [Column("reason")] public string? Reason { get; init; }
    [Column("announced")] public bool Announced { get; init; }
    [Column("started_at")] public long StartedAt { get; init; }
    [Column("ended_at")] public long? EndedAt { get; init; }

    public CanaryState StateValue => Enum.Parse<CanaryState>(State);
}

[Table("serving_deployments")]
internal sealed record DeploymentRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("endpoint")] public string Endpoint { get; init; } = "";
    [Column("version_id")] public string VersionId { get; init; } = "";
    [Column("version")] public int Version { get; init; }
    [Column("previous_id")] public string? PreviousId { get; init; }
    [Column("previous")] public int? Previous { get; init; }
    [Column("reason")] public string Reason { get; init; } = nameof(DeploymentReason.Deployed);
    [Column("forced")] public bool Forced { get; init; }
    [Column("actor")] public string Actor { get; init; } = "";
    [Column("time")] public long Time { get; init; }
}
