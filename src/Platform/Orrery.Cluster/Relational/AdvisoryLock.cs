namespace Orrery.Cluster.Relational;

/// <summary>
/// The locks that processes on one database agree on (postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS): two numbers, of which the first keeps
/// them apart from those of other programs. They are held by a session or a transaction, so a killed process leaves none behind.
/// </summary>
internal static class AdvisoryLock
{
    /// <summary>'ORRY'.</summary>
    private const int Ours = 0x4F525259;

    /// <summary>Held by a transaction that writes: there is one at a time (docs/decisions/0005-one-writer-on-postgresql.md).</summary>
    public static readonly string Write = $"pg_advisory_xact_lock({Ours}, 1)";

    /// <summary>Held by a session while it changes the schema.</summary>
    public static readonly string Migrate = $"pg_advisory_lock({Ours}, 2)";
}
