using Microsoft.Extensions.Options;
using Orrery.Kernel;

namespace Orrery.Data.Steps;

/// <summary>Opens files that pipelines name, below the configured folders only, wherever links lead.</summary>
internal sealed class AllowedFiles(IOptions<DataOptions> options)
{
    /// <exception cref="InvalidException">The path leads elsewhere, or no folder is configured.</exception>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    public Stream Open(string path)
    {
        if (options.Value.FileRoots.Count == 0)
            throw new InvalidException("No folder is open to pipelines; name one in Data:FileRoots, or upload the file.");
        foreach (var root in options.Value.FileRoots)
        {
            var folder = Real(Path.GetFullPath(root));
            var file = Real(Path.GetFullPath(path, folder));
            if (!file.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                continue;
            return File.Exists(file)
                ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan)
                : throw new NotFoundException($"There is no file '{path}' below the folders that are open to pipelines.");
        }

        throw new InvalidException($"'{path}' does not lie below a folder that is open to pipelines (Data:FileRoots).");
    }

    /// <summary>The path with the links of every part followed, since a link to a folder leads out just as one to a file does.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in Path.GetRelativePath(real, path).Split(Path.DirectorySeparatorChar))
        {
            real = Path.Combine(real, part);
            if (!Path.Exists(real))
                continue;
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (entry.ResolveLinkTarget(returnFinalTarget: true) is { } target)
                real = target.FullName;
        }

        return real;
    }
}
