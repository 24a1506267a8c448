namespace Orrery.Import;

/// <summary>Tags with a meaning.</summary>
internal static class RunTags
{
    /// <summary>A run's note in Markdown, under the name that tracking clients know.</summary>
    public const string Note = "mlflow.note.content";

    /// <summary>The value of what is a mere label in its own system.</summary>
    public const string Label = "true";
}
