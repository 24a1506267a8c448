using FluentMigrator;

namespace Orrery.Serving.Storage;

/// <summary>Endpoints, their canaries and what was deployed. Ids are 32 hexadecimal digits, times microseconds since 1970 in UTC.</summary>
[Migration(6_000_001, "Serving: endpoints, canaries, deployments")]
public sealed class CreateServing : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("serving_endpoints")
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("spec_version").AsInt32().NotNullable()
            .WithColumn("champion_id").AsString(Id).Nullable();

        Create.Table("serving_canaries")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("endpoint").AsString(Name).NotNullable()
            .WithColumn("state").AsString(16).NotNullable()
            .WithColumn("champion_id").AsString(Id).NotNullable()
            .WithColumn("champion").AsInt32().NotNullable()
            .WithColumn("challenger_id").AsString(Id).NotNullable()
            .WithColumn("challenger").AsInt32().NotNullable()
            .WithColumn("share").AsDouble().NotNullable()
            .WithColumn("shadow").AsBoolean().NotNullable()
            .WithColumn("rules").AsString(int.MaxValue).NotNullable()
            .WithColumn("evidence").AsString(int.MaxValue).NotNullable()
            .WithColumn("next_outcome").AsInt64().NotNullable()
            .WithColumn("reason").AsString(int.MaxValue).Nullable()
            .WithColumn("announced").AsBoolean().NotNullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("ended_at").AsInt64().Nullable();
        Create.Index("ix_serving_canaries_endpoint").OnTable("serving_canaries").OnColumn("endpoint").Ascending().OnColumn("id").Descending();

        Create.Table("serving_deployments")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("endpoint").AsString(Name).NotNullable()
            .WithColumn("version_id").AsString(Id).NotNullable()
            .WithColumn("version").AsInt32().NotNullable()
            .WithColumn("previous_id").AsString(Id).Nullable()
            .WithColumn("previous").AsInt32().Nullable()
            .WithColumn("reason").AsString(16).NotNullable()
            .WithColumn("forced").AsBoolean().NotNullable()
            .WithColumn("actor").AsString(Name).NotNullable()
            .WithColumn("time").AsInt64().NotNullable();
        Create.Index("ix_serving_deployments_endpoint").OnTable("serving_deployments").OnColumn("endpoint").Ascending().OnColumn("id").Descending();
    }
}

/// <summary>How a canary's interval narrowed; canaries that ended before this was kept have none.</summary>
[Migration(6_000_002, "Serving: the course of a canary")]
public sealed class AddCanaryCourse : ForwardOnlyMigration
{
    /// <inheritdoc/>
    public override void Up() => Alter.Table("serving_canaries").AddColumn("course").AsString(int.MaxValue).Nullable();
}
