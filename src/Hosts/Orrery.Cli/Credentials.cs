using System.Text.Json;

namespace Orrery.Cli;

/// <summary>Where <c>orrery login</c> leaves the server and the token: a file that only its owner may read.</summary>
/// <param name="Server">The server's address.</param>
/// <param name="Token">The API token.</param>
internal sealed record Credentials(string Server, string? Token)
{
    private static string Location => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "orrery", "credentials.json");

    /// <summary>The stored credentials; null where nobody logged in.</summary>
    public static Credentials? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Credentials>(File.ReadAllText(Location));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Stores them.</summary>
    public void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
        var temporary = Location + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(stream, this);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Location, overwrite: true);
    }
}
