using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks;

/// <summary>Where things are in the checkout that is measured.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds Orrery.slnx.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The command as <c>./orrery</c> builds it.</summary>
    public static string Orrery { get; } = Path.Combine(Root, "artifacts", "orrery", "orrery");

    /// <summary>Where the figures of a machine are kept.</summary>
    public static string ResultPath(Machine machine, string benchmark) => Path.Combine(Root, "benchmarks", "results", machine.Slug, benchmark + ".json");

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Orrery.slnx"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The benchmarks run outside the checkout; start them with ./bench."));
}
