using Orrery.Ledger.Runs;

namespace Orrery.Web.Charts;

/// <summary>A metric over the course of some runs.</summary>
public sealed record MetricCourse(string Key, IReadOnlyList<RunCourse> Courses);

/// <summary>The points of a metric in one run.</summary>
public sealed record RunCourse(string Run, DateTimeOffset StartedAt, IReadOnlyList<MetricPoint> Points);
