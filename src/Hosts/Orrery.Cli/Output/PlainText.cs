namespace Orrery.Cli.Output;

/// <summary>Text from elsewhere: it may not move the cursor or rename the window of who reads it.</summary>
internal static class PlainText
{
    public static string Of(string text) => text.Any(IsControl) ? string.Concat(text.Select(c => IsControl(c) ? '\uFFFD' : c)) : text;

    private static bool IsControl(char c) => char.IsControl(c) && c != '\t';
}
