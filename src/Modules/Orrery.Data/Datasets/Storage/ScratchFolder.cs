namespace Orrery.Data.Datasets.Storage;

/// <summary>A folder of one operation's own, on the volume of the blob store, that is gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder(string parent)
    {
        Path = System.IO.Path.Combine(parent, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>A file in it; the name is this module's own.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
