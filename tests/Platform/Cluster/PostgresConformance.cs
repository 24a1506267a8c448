using Orrery.Cluster.Relational;
using Orrery.Cluster.Work;
using Orrery.Platform.Relational;
using Orrery.Platform.Tests.Conformance;
using Orrery.Platform.Work;

namespace Orrery.Platform.Tests.Cluster;

[Adapter(typeof(PostgresDatabase))]
public sealed class PostgresDatabaseConformance : DatabaseConformance
{
    protected override IAdapterStorage<IDatabase> NewStorage() => new PostgresStorage<IDatabase>();
}

[Adapter(typeof(PostgresWorkQueue))]
public sealed class PostgresWorkQueueConformance : WorkQueueConformance
{
    protected override IAdapterStorage<IWorkQueue> NewStorage() => new PostgresStorage<IWorkQueue>();
}

[Adapter(typeof(PostgresLeases))]
public sealed class PostgresLeasesConformance : LeasesConformance
{
    protected override IAdapterStorage<ILeases> NewStorage() => new PostgresStorage<ILeases>();
}
