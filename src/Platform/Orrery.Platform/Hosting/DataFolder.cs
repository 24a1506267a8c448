namespace Orrery.Platform.Hosting;

/// <summary>The one folder in which a laptop server keeps everything.</summary>
public sealed record DataFolder(string Path)
{
    /// <summary>A folder below it, made if it is not there.</summary>
    public string Sub(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }
}
