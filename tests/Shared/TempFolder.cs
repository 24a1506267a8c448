namespace Orrery.Tests;

/// <summary>A folder of its own for one test, removed with all that is in it.</summary>
internal sealed class TempFolder : IDisposable
{
    /// <summary>Told of a folder before it is removed: what stands elsewhere and belongs to it goes too.</summary>
    public static Action<string>? Removing { get; set; }

    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("orrery-test-").FullName;

    /// <summary>A path below it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Removing?.Invoke(Path);
        Directory.Delete(Path, recursive: true);
    }
}
