using Xunit;

namespace Orrery.Tests;

/// <summary>The folder of real data that some development machines have beside the repository; the tests that read it are skipped elsewhere.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder in it, or null: looked for as <c>shared/data</c> beside the repository and beside its parents.</summary>
    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(Repository.Root).Parent; folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (Path.Exists(path))
                return path;
        }

        return null;
    }

    /// <summary>The path, or a skipped test that says why.</summary>
    public static string Need(string name)
    {
        var path = Find(name);
        Assert.SkipWhen(path is null, $"shared/data/{name} is not beside this checkout.");
        return path!;
    }
}
