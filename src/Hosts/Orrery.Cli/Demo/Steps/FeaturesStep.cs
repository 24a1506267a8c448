using Orrery.Client;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Brings the online store to the moment at which training ends.</summary>
internal sealed class FeaturesStep : IDemoStep
{
    private static readonly string[] Views = ["departures", "arrivals", "routes"];

    public string Name => "features";

    public string Title => "Features";

    public string Sentence => "what is known of airports and routes each hour, from flights that have landed by then";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var until = FlightsSample.Monday(context.Options.TrainingWeeks + 1);
        var progress = new List<ViewProgress>();
        await context.Story.ProgressAsync("materializing", Views.Length, async report =>
        {
            foreach (var view in Views)
            {
                // A store that is ahead stays there: it has lived on.
                var watermark = await context.Orrery.Features.WatermarkAsync(view, cancellationToken);
                progress.Add(watermark >= until ? new(view, watermark, 0) : await context.Orrery.Features.MaterializeAsync(view, until, cancellationToken));
                report(progress.Count);
            }

            return true;
        });
        foreach (var view in progress)
        {
            context.Story.Fact($"[yellow]feature-view/{view.View}[/] online as of {view.Watermark:yyyy-MM-dd HH:mm}{(view.Updated == 0 ? ", already" : $", {view.Updated:N0} entities written")}");
            context.Keep(view.View, view.Updated);
        }

        return progress.TrueForAll(view => view.Watermark >= until);
    }
}
