namespace Orrery.Training.Plots;

/// <summary>Fits names into the margin.</summary>
internal static class Labels
{
    private const int MaxCharacters = 28;

    public static string Shorten(string name) => name.Length <= MaxCharacters ? name : name[..(MaxCharacters - 1)] + "…";
}
