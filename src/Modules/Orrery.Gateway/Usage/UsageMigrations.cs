using FluentMigrator;

namespace Orrery.Gateway.Usage;

/// <summary>Tokens by workspace, route, minute and caller.</summary>
[Migration(9_000_001, "Gateway: usage")]
public sealed class CreateGateway : ForwardOnlyMigration
{
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up() => Create.Table("gateway_usage")
        .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
        .WithColumn("route").AsString(Name).NotNullable().PrimaryKey()
        .WithColumn("minute").AsInt64().NotNullable().PrimaryKey()
        .WithColumn("actor").AsString(Name).NotNullable().PrimaryKey()
        .WithColumn("requests").AsInt64().NotNullable()
        .WithColumn("cached").AsInt64().NotNullable()
        .WithColumn("prompt_tokens").AsInt64().NotNullable()
        .WithColumn("completion_tokens").AsInt64().NotNullable();
}

/// <summary>Use by feature as well, with what it cost and what the cache saved.</summary>
[Migration(9_000_002, "Gateway: usage by feature, with costs")]
public sealed class AddCosts : ForwardOnlyMigration
{
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        // The primary key grows, which SQLite cannot do in place.
        Execute.Sql("CREATE TABLE before_gateway_usage AS SELECT * FROM gateway_usage");
        Delete.Table("gateway_usage");
        Create.Table("gateway_usage")
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("route").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("minute").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("actor").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("feature").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("requests").AsInt64().NotNullable()
            .WithColumn("cached").AsInt64().NotNullable()
            .WithColumn("prompt_tokens").AsInt64().NotNullable()
            .WithColumn("completion_tokens").AsInt64().NotNullable()
            .WithColumn("cost").AsDouble().NotNullable()
            .WithColumn("saved").AsDouble().NotNullable();
        Execute.Sql("""
            INSERT INTO gateway_usage (workspace, route, minute, actor, feature, requests, cached, prompt_tokens, completion_tokens, cost, saved)
            SELECT workspace, route, minute, actor, '', requests, cached, prompt_tokens, completion_tokens, 0, 0 FROM before_gateway_usage
            """);
        Delete.Table("before_gateway_usage");
    }
}
