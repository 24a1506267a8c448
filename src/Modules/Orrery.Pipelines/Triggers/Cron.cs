using Cronos;

namespace Orrery.Pipelines.Triggers;

/// <summary>Reads cron expressions: five fields, or six with seconds first.</summary>
internal static class Cron
{
    public static CronExpression Parse(string text) =>
        CronExpression.Parse(text, text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
}
