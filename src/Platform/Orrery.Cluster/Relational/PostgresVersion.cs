using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Cluster.Relational;

/// <summary>Which servers are let in.</summary>
internal static class PostgresVersion
{
    /// <summary>The oldest that PostgreSQL's project maintained when this was written (postgresql.org/support/versioning).</summary>
    public const int Oldest = 14;

    /// <exception cref="PreconditionFailedException">It is too old.</exception>
    public static void Check(Version version, string place)
    {
        if (version.Major < Oldest)
            throw new PreconditionFailedException(string.Create(CultureInfo.InvariantCulture,
                $"PostgreSQL at {place} is version {version}; version {Oldest} or a later one is needed. Upgrade the server, or name another with --database."));
    }
}
