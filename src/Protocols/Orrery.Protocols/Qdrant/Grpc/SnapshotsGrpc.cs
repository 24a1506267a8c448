using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Search.Snapshots;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Snapshots of one collection.</summary>
internal sealed class SnapshotsGrpc(ISnapshots snapshots, ILogger<SnapshotsGrpc> log) : Messages.Snapshots.SnapshotsBase
{
    public override Task<CreateSnapshotResponse> Create(CreateSnapshotRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
        new CreateSnapshotResponse { SnapshotDescription = Describe(await snapshots.CreateAsync(call.Caller, request.CollectionName, call.Aborted)), Time = call.Time });

    public override Task<ListSnapshotsResponse> List(ListSnapshotsRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var all = await snapshots.ListAsync(call.Caller, request.CollectionName, call.Aborted);
        return new ListSnapshotsResponse { SnapshotDescriptions = { all.Select(Describe) }, Time = call.Time };
    });

    public override Task<DeleteSnapshotResponse> Delete(DeleteSnapshotRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        await snapshots.DeleteAsync(call.Caller, request.CollectionName, request.SnapshotName, call.Aborted);
        return new DeleteSnapshotResponse { Time = call.Time };
    });

    private static SnapshotDescription Describe(Snapshot snapshot) =>
        new() { Name = snapshot.Name, CreationTime = Timestamp.FromDateTimeOffset(snapshot.CreatedAt), Size = snapshot.Length, Checksum = snapshot.Digest.ToString() };
}
