using Microsoft.Extensions.DependencyInjection;
using Orrery.Embedded.Blobs;
using Orrery.Embedded.KeyValues;
using Orrery.Embedded.Ownership;
using Orrery.Embedded.Relational;
using Orrery.Embedded.Signals;
using Orrery.Embedded.Work;
using Orrery.Platform.Blobs;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Tests.Conformance;
using Orrery.Platform.Work;

namespace Orrery.Platform.Tests.Embedded;

[Adapter(typeof(SqliteDatabase))]
public sealed class SqliteDatabaseConformance : DatabaseConformance
{
    protected override IAdapterStorage<IDatabase> NewStorage() => new EmbeddedStorage<IDatabase>();
}

[Adapter(typeof(FileBlobStore))]
public sealed class FileBlobStoreConformance : BlobStoreConformance
{
    protected override IAdapterStorage<IBlobStore> NewStorage() => new EmbeddedStorage<IBlobStore>();
}

[Adapter(typeof(RocksStore))]
public sealed class RocksStoreConformance : KeyValueConformance
{
    protected override IAdapterStorage<IKeyValueStore> NewStorage() => new EmbeddedStorage<IKeyValueStore>();
}

[Adapter(typeof(FileSignalLog))]
public sealed class FileSignalLogConformance : SignalLogConformance
{
    protected override IAdapterStorage<ISignalLog> NewStorage() => new EmbeddedStorage<ISignalLog>();
}

[Adapter(typeof(DatabaseWorkQueue))]
public sealed class DatabaseWorkQueueConformance : WorkQueueConformance
{
    protected override IAdapterStorage<IWorkQueue> NewStorage() => new EmbeddedStorage<IWorkQueue>();
}

[Adapter(typeof(DatabaseLeases))]
public sealed class DatabaseLeasesConformance : LeasesConformance
{
    protected override IAdapterStorage<ILeases> NewStorage() => new EmbeddedStorage<ILeases>();
}

[Adapter(typeof(InProcessOwners<>))]
public sealed class InProcessOwnersConformance : OwnersConformance
{
    protected override IAdapterStorage<IOwners<Tally>> NewStorage(IOwnerFactory<Tally> factory) =>
        new EmbeddedStorage<IOwners<Tally>>(services => services.AddSingleton(factory));
}
