using System.Globalization;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli;

/// <summary>Waits for a study's run and shows how far it is.</summary>
internal static class StudyWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows the run until it has ended.</summary>
    public static async Task<StudyStatus> UntilEndAsync(OrreryClient orrery, RunId run, CancellationToken cancellationToken)
    {
        StudyStatus status;
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            while (!(status = await orrery.Studies.GetAsync(run, cancellationToken)).HasEnded)
                await Task.Delay(Interval, TimeProvider.System, cancellationToken);
            return status;
        }

        return await AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("   trials", maxValue: 1);
                while (true)
                {
                    var status = await orrery.Studies.GetAsync(run, cancellationToken);
                    (bar.MaxValue, bar.Value) = (status.Trials, Math.Min(status.Trials, status.Counts.Complete + status.Counts.Pruned));
                    var best = status.Best is [{ Values: [var value, ..] }, ..] ? string.Create(CultureInfo.InvariantCulture, $", best {status.Objectives[0].Metric} {value:G5}") : "";
                    bar.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"   {bar.Value:N0}/{status.Trials:N0} trials{best}"));
                    if (status.HasEnded)
                        return status;
                    await Task.Delay(Interval, TimeProvider.System, cancellationToken);
                }
            });
    }
}
