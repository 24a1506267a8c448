namespace Orrery.Platform.Plots;

/// <summary>Fits names into the margin.</summary>
public static class Labels
{
    private const int MaxCharacters = 28;

    public static string Shorten(string name) => name.Length <= MaxCharacters ? name : name[..(MaxCharacters - 1)] + "…";
}
