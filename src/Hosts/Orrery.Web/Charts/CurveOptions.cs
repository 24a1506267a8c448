namespace Orrery.Web.Charts;

/// <summary>What the points of a course stand over.</summary>
internal enum CurveAxis
{
    /// <summary>Their steps.</summary>
    Step,
    /// <summary>Seconds since the run began.</summary>
    Seconds,
}

/// <summary>How the courses of metrics are drawn.</summary>
internal sealed record CurveOptions
{
    /// <summary>From 0, as they are, to 0.99: the weight of what came before in an exponential mean.</summary>
    public double Smoothing { get; init; }

    public CurveAxis Axis { get; init; }

    /// <summary>Whether the values stand on a logarithmic axis; what is not positive has no place there.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>The first place that is drawn.</summary>
    public double? From { get; init; }

    /// <summary>The last.</summary>
    public double? To { get; init; }
}
