using System.Globalization;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Cli.Demo;

/// <summary>A flight as the outside knows it: before it, where and when; afterwards, how late.</summary>
/// <param name="Scheduled">Scheduled departure, to the minute.</param>
/// <param name="Origin">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="Distance">Miles.</param>
/// <param name="Delay">Minutes late at arrival.</param>
internal sealed record Flight(DateTimeOffset Scheduled, string Origin, string Destination, long Distance, long Delay)
{
    /// <summary>15 minutes or more.</summary>
    public bool Late => Delay >= 15;

    /// <summary>When the delay became known; as the source <c>flights</c> derives it.</summary>
    public DateTimeOffset Landed => Scheduled.AddMinutes(30 + Distance / 8 + Math.Max(Delay, 0));
}

/// <summary>The files of <c>samples/flights</c>, which stand beside the command.</summary>
internal sealed class FlightsSample
{
    /// <summary>Monday of week 1.</summary>
    public static readonly DateTimeOffset Start = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int EveningWeek = 4;

    private readonly string _folder;

    public FlightsSample()
    {
        _folder = Path.Combine(AppContext.BaseDirectory, "samples", "flights");
        if (!Directory.Exists(_folder))
            throw new UnavailableException($"The sample is missing: there is no folder '{_folder}'. Build again with ./orrery.");
    }

    /// <summary>What the demo declares.</summary>
    public string Resources => Path.Combine(_folder, "resources");

    /// <summary>The CSV that another system sent badly.</summary>
    public string EveningCsv => Path.Combine(_folder, "2001-W04-evening.csv");

    /// <summary>The Parquet file of a week.</summary>
    public string Week(int number) => Path.Combine(_folder, "weeks", string.Create(CultureInfo.InvariantCulture, $"2001-W{number:00}.parquet"));

    /// <summary>The first moment of a week.</summary>
    public static DateTimeOffset Monday(int week) => Start.AddDays(7 * (week - 1));

    /// <summary>The flights of a range of weeks in the order of departure, without those whose record cannot be true.</summary>
    public IReadOnlyList<Flight> Read(int firstWeek, int lastWeek)
    {
        using var session = new AnalyticsEngine(new AnalyticsOptions()).Open();
        using var command = session.CreateCommand();
        // What the expectation suite lets through: the weeks' files, and the evening that came as a CSV.
        command.CommandText = $$"""
            SELECT date, origin, destination, distance, delay FROM (
              SELECT date, origin, destination, distance::BIGINT AS distance, delay::BIGINT AS delay
              FROM {{Sql.Parquet(Enumerable.Range(firstWeek, lastWeek - firstWeek + 1).Select(Week))}}
              UNION ALL
              SELECT TRY_CAST(date AS TIMESTAMP), origin, destination, TRY_CAST(distance AS BIGINT), TRY_CAST(delay AS BIGINT)
              FROM read_csv({{Sql.Text(EveningCsv)}}, header = true, all_varchar = true, null_padding = true, auto_detect = false, delim = ',',
                columns = {'date': 'VARCHAR', 'origin': 'VARCHAR', 'destination': 'VARCHAR', 'distance': 'VARCHAR', 'delay': 'VARCHAR'})
              WHERE {{(firstWeek <= EveningWeek && EveningWeek <= lastWeek ? "true" : "false")}})
            WHERE date IS NOT NULL AND origin <> '' AND origin <> destination AND distance BETWEEN 50 AND 6000 AND delay BETWEEN -120 AND 1440
            ORDER BY date, origin, destination, delay
            """;
        var flights = new List<Flight>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            flights.Add(new(
                new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4)));
        }

        return flights;
    }
}
