namespace Orrery.Tests;

/// <summary>The repository that the tests run in: golden values, samples and documents are read where they are committed.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Orrery.slnx.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A file or folder of it, by its path from the root with slashes: <c>docs/openapi.json</c>.</summary>
    public static string Path(string path) => System.IO.Path.Combine([Root, .. path.Split('/')]);

    private static string Find(string folder) => File.Exists(System.IO.Path.Combine(folder, "Orrery.slnx"))
        ? folder
        : Find(System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository."));
}
