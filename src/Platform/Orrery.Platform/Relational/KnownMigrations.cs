using System.Reflection;
using System.Text;
using FluentMigrator;
using Orrery.Kernel;

namespace Orrery.Platform.Relational;

/// <summary>The migrations that this build brings along.</summary>
internal sealed class KnownMigrations(IEnumerable<MigrationSource> sources)
{
    private readonly Assembly[] _assemblies =
        [.. sources.Select(s => s.Assembly).Append(typeof(KnownMigrations).Assembly).Distinct().OrderBy(a => a.FullName, StringComparer.Ordinal)];

    /// <summary>Where they are.</summary>
    public Assembly[] Assemblies => _assemblies;

    /// <summary>
    /// Changes whenever an assembly is built from other code (the module version id of a deterministic build), so that comparing it takes no
    /// reflection over types: 0.1 ms instead of 20.
    /// </summary>
    public string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var assembly in _assemblies)
            text.Append(assembly.GetName().Name).Append(' ').Append(assembly.ManifestModule.ModuleVersionId).Append('\n');
        return Digest.Of(text.ToString()).ToString();
    }

    /// <summary>Refuses a database that has a migration which this build does not know.</summary>
    /// <exception cref="PreconditionFailedException">A newer version wrote it.</exception>
    public static void RefuseNewer(IReadOnlySet<long> applied, IReadOnlyList<long> known)
    {
        var unknown = applied.Except(known).Order().ToArray();
        if (unknown.Length > 0)
            throw new PreconditionFailedException(
                $"The database has the schema change {unknown[^1]}, which this version of Orrery ({typeof(KnownMigrations).Assembly.GetName().Version}) does not know: a newer version wrote it. " +
                "Use that version, or another data folder or database.");
    }

    /// <summary>The numbers of all migrations, in order.</summary>
    public IReadOnlyList<long> Versions() =>
        [.. _assemblies.SelectMany(a => a.GetTypes()).Select(t => t.GetCustomAttribute<MigrationAttribute>(inherit: false)?.Version).OfType<long>().Order()];
}
