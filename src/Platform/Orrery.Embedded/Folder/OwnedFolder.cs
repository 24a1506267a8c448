using Orrery.Kernel;
using Orrery.Platform.Hosting;

namespace Orrery.Embedded.Folder;

/// <summary>
/// The data folder while this process owns it. Two processes in one folder would each clean the other's scratch and append to the
/// same tails, so the second is refused. The lock is the operating system's: a killed process leaves none behind.
/// </summary>
internal sealed class OwnedFolder : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    public OwnedFolder(DataFolder folder)
    {
        _path = Path.GetFullPath(folder.Path);
        _lock = Lock(_path);
        ScratchPath = CleanScratch(_path);
    }

    /// <summary>For files in the making; what a killed process left there is gone.</summary>
    public string ScratchPath { get; }

    /// <summary>A file directly in the folder.</summary>
    public string FilePath(string name) => Path.Combine(_path, name);

    /// <summary>A folder below it, made if it is not there.</summary>
    public string Sub(string name)
    {
        var path = Path.Combine(_path, name);
        DurableFolder.Create(path);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            DurableFolder.Create(path);
            return new(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"The data folder '{path}' is in use by another Orrery process, or cannot be written. Stop that process, or name another folder with --data.", error);
        }
    }

    private static string CleanScratch(string folder)
    {
        var path = Path.Combine(folder, "scratch");
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        return path;
    }
}
