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
