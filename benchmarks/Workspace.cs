namespace Orrery.Benchmarks;

/// <summary>The folder of one run below <c>artifacts/</c>, on the disk of the checkout and not in memory as /tmp may be; removed at the end.</summary>
internal sealed class Workspace : IDisposable
{
    private int _folders;

    public Workspace(string benchmark) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(Checkout.Root, "artifacts", "bench-data", $"{benchmark}-{Environment.ProcessId}")).FullName;

    public string Path { get; }

    /// <summary>A path below it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A path below it where nothing is yet.</summary>
    public string NewFolder() => File($"folder-{++_folders}");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
