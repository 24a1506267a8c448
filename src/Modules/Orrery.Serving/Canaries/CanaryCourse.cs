namespace Orrery.Serving.Canaries;

/// <summary>The interval of a canary at one moment.</summary>
/// <param name="Outcomes">Requests with both scores and a label until then.</param>
/// <param name="Difference">Champion's mean loss − challenger's.</param>
/// <param name="Lower">The interval of that difference, valid at every moment at once.</param>
/// <param name="Upper">Its other end.</param>
public sealed record CoursePoint(long Outcomes, double Difference, double Lower, double Upper);

/// <summary>
/// How a canary's interval narrowed. An interval's width falls with the root of the outcomes, so equal steps on a log scale show all of it: 24 points a decade, which is
/// every one of the first ten and 150 points after ten million.
/// </summary>
internal sealed class CanaryCourse
{
    private const double Growth = 1.1;

    private readonly List<CoursePoint> _points;

    public CanaryCourse(IReadOnlyList<CoursePoint> points) => _points = [.. points];

    public IReadOnlyList<CoursePoint> Points => _points;

    /// <summary>Keeps the test's state where it is far enough from the last that was kept.</summary>
    public void Observe(CanaryTest test)
    {
        var due = _points is [.., { Outcomes: var last }] ? Math.Max(last + 1, (long)Math.Ceiling(last * Growth)) : 1;
        if (test.Outcomes >= due)
            _points.Add(PointOf(test));
    }

    /// <summary>The points, and as the last one the test's state now.</summary>
    public IReadOnlyList<CoursePoint> Until(CanaryTest test) =>
        test.Outcomes == 0 || _points is [.., { Outcomes: var last }] && last == test.Outcomes ? _points : [.. _points, PointOf(test)];

    private static CoursePoint PointOf(CanaryTest test)
    {
        var interval = test.Interval;
        return new(test.Outcomes, (test.ChampionLoss - test.ChallengerLoss) ?? 0, interval.Lower, interval.Upper);
    }
}
