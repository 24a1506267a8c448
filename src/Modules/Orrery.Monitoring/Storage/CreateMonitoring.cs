using FluentMigrator;

namespace Orrery.Monitoring.Storage;

/// <summary>The tables of this module. Instants are microseconds since 1970 in UTC.</summary>
[Migration(7_000_001, "Monitoring: progress, windows, references, alerts")]
public sealed class CreateMonitoring : AutoReversingMigration
{
    public override void Up()
    {
        Create.Table("monitor_progress")
            .WithColumn("workspace").AsString(256).PrimaryKey().WithColumn("monitor").AsString(256).PrimaryKey()
            .WithColumn("window_length").AsInt64().NotNullable()
            .WithColumn("predictions_next").AsInt64().NotNullable().WithColumn("outcomes_next").AsInt64().NotNullable()
            .WithColumn("newest").AsInt64().Nullable().WithColumn("closed_until").AsInt64().NotNullable()
            .WithColumn("alerts_from").AsInt64().NotNullable()
            .WithColumn("late").AsInt64().NotNullable().WithColumn("future").AsInt64().NotNullable();

        Create.Table("monitor_windows")
            .WithColumn("workspace").AsString(256).PrimaryKey().WithColumn("monitor").AsString(256).PrimaryKey()
            .WithColumn("start_time").AsInt64().PrimaryKey().WithColumn("version").AsInt64().PrimaryKey().WithColumn("arm").AsString(64).PrimaryKey()
            .WithColumn("end_time").AsInt64().NotNullable().WithColumn("state").AsInt32().NotNullable()
            .WithColumn("predictions").AsInt64().NotNullable()
            .WithColumn("first_prediction").AsInt64().NotNullable().WithColumn("last_prediction").AsInt64().NotNullable()
            .WithColumn("labels").AsInt64().NotNullable().WithColumn("late_labels").AsInt64().NotNullable()
            .WithColumn("first_outcome").AsInt64().NotNullable().WithColumn("last_outcome").AsInt64().NotNullable()
            .WithColumn("drift").AsString(int.MaxValue).Nullable()
            .WithColumn("histograms").AsString(int.MaxValue).Nullable()
            .WithColumn("performance").AsString(int.MaxValue).Nullable();

        // What never changes for a content is kept by it; a score's reference is a version's own.
        Create.Table("monitor_references")
            .WithColumn("content").AsString(128).PrimaryKey().WithColumn("bins").AsInt32().PrimaryKey()
            .WithColumn("features").AsString(int.MaxValue).NotNullable();
        Create.Table("monitor_scores")
            .WithColumn("workspace").AsString(256).PrimaryKey().WithColumn("monitor").AsString(256).PrimaryKey().WithColumn("version").AsInt64().PrimaryKey()
            .WithColumn("score").AsString(int.MaxValue).NotNullable();

        Create.Table("monitor_alerts")
            .WithColumn("id").AsString(1000).PrimaryKey()
            .WithColumn("workspace").AsString(256).NotNullable().WithColumn("monitor").AsString(256).NotNullable().WithColumn("endpoint").AsString(256).NotNullable()
            .WithColumn("kind").AsInt32().NotNullable().WithColumn("measure").AsString(256).NotNullable()
            .WithColumn("value").AsDouble().NotNullable().WithColumn("threshold").AsDouble().NotNullable().WithColumn("message").AsString(int.MaxValue).NotNullable()
            .WithColumn("version").AsInt64().NotNullable()
            .WithColumn("window_start").AsInt64().NotNullable().WithColumn("window_end").AsInt64().NotNullable()
            .WithColumn("time").AsInt64().NotNullable().WithColumn("raised_at").AsInt64().NotNullable()
            .WithColumn("declaration").AsString(32).NotNullable().WithColumn("model").AsString(32).Nullable()
            .WithColumn("announced_after").AsInt64().Nullable()
            .WithColumn("acknowledged_by").AsString(256).Nullable().WithColumn("acknowledged_at").AsInt64().Nullable().WithColumn("note").AsString(int.MaxValue).Nullable();
        Create.Index("monitor_alerts_newest").OnTable("monitor_alerts").OnColumn("workspace").Ascending().OnColumn("time").Descending().OnColumn("id").Descending();
        Create.Index("monitor_alerts_unannounced").OnTable("monitor_alerts").OnColumn("announced_after").Ascending();
    }
}
