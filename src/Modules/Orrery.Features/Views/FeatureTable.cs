namespace Orrery.Features.Views;

/// <summary>
/// The dataset that a view materializes into: the entity's columns as text, <c>tick</c>, and the features as doubles (null where a value has none).
/// A row for each change point: a tick at which an event entered or left one of the entity's windows. Ordered by entity, then tick.
/// </summary>
internal static class FeatureTable
{
    /// <summary>The column that says from when on a row is in force.</summary>
    public const string Tick = "tick";

    private const string Prefix = "features.";

    /// <summary>The dataset's name.</summary>
    public static string NameOf(string view) => Prefix + view;

    /// <summary>The view that a dataset was made by, where its name says so.</summary>
    public static string? ViewOf(string dataset) => dataset.StartsWith(Prefix, StringComparison.Ordinal) ? dataset[Prefix.Length..] : null;
}
