namespace Orrery.Cli.Demo;

/// <summary>How the demo is told.</summary>
/// <param name="DataFolder">Where the server keeps everything.</param>
/// <param name="HttpPort">The port of pages and APIs.</param>
/// <param name="Fast">Fewer weeks and trials, for tests.</param>
/// <param name="Exit">End when the story is told, instead of keeping the server up.</param>
/// <param name="JsonFile">Where the facts of every step go.</param>
internal sealed record DemoOptions(string DataFolder, int HttpPort, bool Fast, bool Exit, string? JsonFile)
{
    /// <summary>The weeks that the first model learns from; the first of them only warms up the windows of seven days.</summary>
    public int TrainingWeeks => Fast ? 3 : 4;

    /// <summary>Parameters of the first training; the pipeline's own where null.</summary>
    public IReadOnlyDictionary<string, string>? TrainingParameters => Fast ? new Dictionary<string, string> { ["trials"] = "3" } : null;

    /// <summary>The Monday until which an alert is waited for.</summary>
    public DateTimeOffset AlertBy => FlightsSample.Monday(Fast ? 5 : 11);

    /// <summary>The Monday until which the challenger may prove itself.</summary>
    public DateTimeOffset ProofBy => FlightsSample.Monday(Fast ? 6 : 14);

    /// <summary>The Monday until which a mistake has to be caught.</summary>
    public DateTimeOffset CaughtBy => FlightsSample.Monday(LastWeek + 1);

    /// <summary>The last week that is lived through.</summary>
    public int LastWeek => Fast ? 6 : 14;
}
