using Orrery.Benchmarks.Processes;

namespace Orrery.Benchmarks.Spine;

/// <summary>The figures by which the whole loop is judged: start-up, a prediction over HTTP, the point-in-time join, online reads.</summary>
internal sealed class SpineBenchmark : IBenchmark
{
    public string Name => "spine";

    public string Summary => "start-up and memory, prediction over HTTP, point-in-time join, online reads";

    public IReadOnlyList<string> Parts { get; } = ["start-up", "prediction", "point-in-time", "online"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        if (context.Wants("start-up"))
            await StartUpPart.RunAsync(context, cancellationToken);
        if (context.Parts.All(part => part == "start-up"))
            return;
        context.Report.Say($"Making flights, visitors, a model and its endpoint …");
        var folder = context.Workspace.NewFolder();
        await using (var house = OpenHouse.Open(folder))
            await FlightHouse.FurnishAsync(house, context.Scale, cancellationToken);

        // Opened again, so that what is read lies in the store's files and not in what was just written.
        await using (var house = OpenHouse.Open(folder))
        {
            if (context.Wants("point-in-time"))
                await PointInTimePart.RunAsync(context, house, cancellationToken);
            if (context.Wants("online"))
                await OnlinePart.RunAsync(context, house, cancellationToken);
        }

        if (context.Wants("prediction"))
            await PredictionPart.RunAsync(context, folder, cancellationToken);
    }
}
