using System.Text.Json.Serialization;

namespace Orrery.Features.Views;

/// <summary>How the events of a window become one value.</summary>
public enum Aggregate
{
    /// <summary>Rows; with a column, rows that have a value there. 0 over nothing.</summary>
    Count,
    /// <summary>Sum; 0 over nothing.</summary>
    Sum,
    /// <summary>Mean; of a boolean column, the share that is true. NaN over nothing.</summary>
    Mean,
    /// <summary>Smallest. NaN over nothing.</summary>
    Min,
    /// <summary>Largest. NaN over nothing.</summary>
    Max,
    /// <summary>Standard deviation of the sample (n − 1). NaN over fewer than two values.</summary>
    Std,
    /// <summary>The value that became known last; among those of one moment, the largest. NaN over nothing.</summary>
    Last,
}

/// <summary>One column of a view's entity. Written as a name alone where both are the same.</summary>
/// <param name="Name">What the view calls it: <c>airport</c>.</param>
/// <param name="Column">The column of the source: <c>origin</c>. Text, integer or boolean; rows without a value belong to no entity.</param>
[JsonConverter(typeof(EntityColumnConverter))]
public sealed record EntityColumn(string Name, string Column);

/// <summary>One aggregate of a view over one window, or over several.</summary>
/// <param name="Name">The feature's name; with <paramref name="Windows"/> each feature is called <c>name_window</c>: <c>late_3h</c>, <c>late_1d</c>.</param>
/// <param name="Aggregate">How the events become a value.</param>
/// <param name="Column">The column that is aggregated: number or boolean. Only a count can do without. Missing values (null, NaN, infinite) are left out.</param>
/// <param name="Window">How far back; a multiple of the view's tick.</param>
/// <param name="Windows">Several windows at once, in place of <paramref name="Window"/>.</param>
/// <param name="Where">A boolean column: only events where it is true are counted.</param>
public sealed record FeatureSpec(
    string Name, Aggregate Aggregate, string? Column = null, TimeSpan? Window = null, IReadOnlyList<TimeSpan>? Windows = null, string? Where = null);

/// <summary>
/// A feature view: aggregates over the past events of an entity. Events are gathered at the tick at or after the moment they became known; the value at
/// tick T covers the events of (T − window, T], and a request at time t sees the latest tick at or before t.
/// </summary>
/// <param name="Entity">What the features belong to.</param>
/// <param name="Source">The dataset with the events; <c>features.NAME</c> is what another view made.</param>
/// <param name="Features">The features.</param>
/// <param name="Timestamp">The source's column that says when a row became known; the dataset's own where it is left out.</param>
/// <param name="Every">The tick; one hour where it is left out.</param>
/// <param name="Ttl">How long a value is in force after its entity's values last changed; for ever where it is left out.</param>
public sealed record FeatureViewSpec(
    IReadOnlyList<EntityColumn> Entity, string Source, IReadOnlyList<FeatureSpec> Features, string? Timestamp = null, TimeSpan? Every = null, TimeSpan? Ttl = null)
{
    /// <summary>The tick of a view that names none.</summary>
    public static readonly TimeSpan DefaultEvery = TimeSpan.FromHours(1);
}
