using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Tests.Hnsw;
using Orrery.Vectors.Vamana;
using Xunit;

namespace Orrery.Vectors.Tests.Vamana;

/// <summary>Files of indexes, removed in the end.</summary>
internal sealed class VamanaFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("orrery-vamana-").FullName;

    public static VamanaOptions Options { get; } = new() { MostLinks = 24, Breadth = 60, Seed = 3 };

    public void Dispose() => Directory.Delete(_path, recursive: true);

    public static async Task<byte[]> WriteAsync(Clusters data)
    {
        using var stream = new MemoryStream();
        await VamanaIndex.WriteAsync(stream, data.Points.SelectMany(p => p).ToArray(), Clusters.Dimension, data.Exact.Metric, Options, cancellationToken: TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    public string Keep(byte[] bytes)
    {
        var path = Path.Combine(_path, Guid.NewGuid().ToString("N"));
        using var stream = File.Create(path);
        stream.Write(bytes);
        return path;
    }

    public VamanaIndex Open(byte[] bytes, FileCheck check = FileCheck.Structure)
    {
        using var file = MemoryMappedFile.CreateFromFile(Keep(bytes), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return VamanaIndex.Open(view, check);
    }
}
