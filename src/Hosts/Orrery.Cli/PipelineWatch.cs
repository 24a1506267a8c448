using System.Globalization;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli;

/// <summary>Waits for a pipeline's run and shows how far each step is.</summary>
internal static class PipelineWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shows the run until it has ended.</summary>
    public static async Task<PipelineStatus> UntilEndAsync(OrreryClient orrery, RunId run, CancellationToken cancellationToken)
    {
        PipelineStatus? status = null;
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            while ((status = await orrery.Pipelines.GetAsync(run, cancellationToken)).Run is { HasEnded: false })
                await Task.Delay(Interval, TimeProvider.System, cancellationToken);
            return status;
        }

        await AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bars = new Dictionary<string, ProgressTask>();
                do
                {
                    if (status is not null)
                        await Task.Delay(Interval, TimeProvider.System, cancellationToken);
                    status = await orrery.Pipelines.GetAsync(run, cancellationToken);
                    foreach (var step in status.Steps.Where(step => step.StartedAt is not null))
                        Show(bars, context, step);
                }
                while (!status.Run.HasEnded);
            });
        return status!;
    }

    private static void Show(Dictionary<string, ProgressTask> bars, ProgressContext context, StepState step)
    {
        if (!bars.TryGetValue(step.Name, out var bar))
            bars[step.Name] = bar = context.AddTask(Markup.Escape($"   {step.Name}"), maxValue: 1);
        var done = step.Status is not ("pending" or "running");
        bar.IsIndeterminate = !done && step.Progress?.Total is null;
        if (step.Progress is { Total: > 0 and var total } progress)
        {
            bar.MaxValue = total;
            bar.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"   {step.Name} {progress.Done:N0}/{total:N0} {progress.Unit}"));
            bar.Value = progress.Done;
        }

        if (done)
            bar.Value = bar.MaxValue;
    }
}
