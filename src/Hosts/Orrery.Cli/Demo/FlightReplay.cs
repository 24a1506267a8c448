using System.Globalization;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Cli.Demo;

/// <summary>
/// Lets the weeks after training happen again, hour by hour in event time: what has landed becomes known (features and labels), then the flights of the hour are
/// predicted. A week's file comes on the Monday after it. Nothing is told to the server before its time.
/// </summary>
internal sealed class FlightReplay(DemoContext context, IReadOnlyList<Flight> flights)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly DateTimeOffset _begin = FlightsSample.Monday(context.Options.TrainingWeeks + 1);
    private readonly Flight[] _byLanding = [.. flights.OrderBy(flight => flight.Landed).ThenBy(flight => flight.Scheduled)];
    private readonly Dictionary<Flight, string> _ids = PredictionIds(flights);
    private int _nextDeparture;
    private int _nextLanding;

    /// <summary>Goes on where the server's online features are: what happened before is known there already.</summary>
    public static async Task<FlightReplay> ResumeAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var replay = new FlightReplay(context, context.Sample.Read(context.Options.TrainingWeeks, context.Options.LastWeek));
        var watermark = await context.Orrery.Features.WatermarkAsync("departures", cancellationToken)
            ?? throw new OrreryException(ErrorCode.Internal, "The view 'departures' has not been materialized.");
        replay.StartAt(watermark);
        return replay;
    }

    /// <summary>Predictions made so far.</summary>
    public long Predictions { get; private set; }

    /// <summary>Labels that came so far.</summary>
    public long Labels { get; private set; }

    /// <summary>The moment up to which everything has happened.</summary>
    public DateTimeOffset Now { get; private set; }

    // Everything that landed by then is known already, and flights that are in the air have been predicted.
    private void StartAt(DateTimeOffset start)
    {
        Now = start;
        while (_nextLanding < _byLanding.Length && _byLanding[_nextLanding].Landed <= start)
            _nextLanding++;
        while (_nextDeparture < flights.Count && flights[_nextDeparture].Scheduled < start)
            _nextDeparture++;
    }

    /// <summary>Lives on until <paramref name="end"/>, or until <paramref name="stop"/> says so at the end of a day.</summary>
    public async Task LiveAsync(DateTimeOffset end, Func<DateTimeOffset, Task<bool>> stop, Action<double> hours, CancellationToken cancellationToken)
    {
        var begin = Now;
        while (Now < end)
        {
            await PredictHourAsync(cancellationToken);
            Now += Hour;
            await LearnAsync(cancellationToken);
            hours((Now - begin) / Hour);
            if (Now.TimeOfDay != TimeSpan.Zero)
                continue;
            if (Now.DayOfWeek == DayOfWeek.Monday)
                await DeliverWeekAsync(cancellationToken);
            await context.Orrery.Monitors.CatchUpAsync("flights", cancellationToken);
            if (await stop(Now))
                return;
        }
    }

    private async Task PredictHourAsync(CancellationToken cancellationToken)
    {
        var first = _nextDeparture;
        while (_nextDeparture < flights.Count && flights[_nextDeparture].Scheduled < Now + Hour)
            _nextDeparture++;
        foreach (var board in Boards(flights.Skip(first).Take(_nextDeparture - first)))
        {
            await Inference.PredictAsync(context.Orrery, board.Key, Now, [.. board], cancellationToken);
            Predictions += board.Count();
        }
    }

    /// <summary>An airport asks for its departures of an hour at once; the request is called by both.</summary>
    private static IEnumerable<IGrouping<string, Flight>> Boards(IEnumerable<Flight> flights) =>
        flights.GroupBy(flight => string.Create(CultureInfo.InvariantCulture, $"{flight.Scheduled:yyyyMMddHH}-{flight.Origin}"));

    // A flight's prediction is called by its request and its row there, so a label finds it whoever lived through the hour.
    private static Dictionary<Flight, string> PredictionIds(IReadOnlyList<Flight> flights)
    {
        var ids = new Dictionary<Flight, string>(flights.Count, ReferenceEqualityComparer.Instance);
        foreach (var board in Boards(flights))
        {
            var rows = board.ToList();
            for (var row = 0; row < rows.Count; row++)
                ids[rows[row]] = rows.Count == 1 ? board.Key : string.Create(CultureInfo.InvariantCulture, $"{board.Key}:{row}");
        }

        return ids;
    }

    private async Task LearnAsync(CancellationToken cancellationToken)
    {
        var first = _nextLanding;
        while (_nextLanding < _byLanding.Length && _byLanding[_nextLanding].Landed <= Now)
            _nextLanding++;
        var landed = _byLanding[first.._nextLanding];
        if (landed.Length > 0)
        {
            // Under a key: who was interrupted before the advance lives through the hour again, and its flights count once.
            var key = string.Create(CultureInfo.InvariantCulture, $"landed-{Now:yyyyMMddHH}");
            await context.Orrery.Features.PushAsync("flights", [.. landed.Select(Event)], key, cancellationToken);
            var labels = landed.Where(flight => flight.Scheduled >= _begin).Select(flight => new PredictionLabel(_ids[flight], flight.Late ? 1 : 0, flight.Landed)).ToList();
            if (labels.Count > 0)
                await context.Orrery.Endpoints.LabelAsync("flights", labels, cancellationToken);
            Labels += labels.Count;
        }

        await context.Orrery.Features.AdvanceAsync("flights", Now, cancellationToken);
    }

    private async Task DeliverWeekAsync(CancellationToken cancellationToken)
    {
        var week = (int)((Now - FlightsSample.Start) / TimeSpan.FromDays(7));
        await using var file = File.OpenRead(context.Sample.Week(week));
        await context.Orrery.Data.IngestAsync("flights", Path.GetFileName(file.Name), file, cancellationToken);
    }

    private static object Event(Flight flight) => new
    {
        scheduled = flight.Scheduled,
        origin = flight.Origin,
        destination = flight.Destination,
        distance = flight.Distance,
        delay = flight.Delay,
        late = flight.Late,
        landed = flight.Landed,
    };
}
