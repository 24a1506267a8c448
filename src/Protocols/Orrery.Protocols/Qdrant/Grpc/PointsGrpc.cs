using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using CollectionConfig = Orrery.Search.Collections.CollectionConfig;
using FieldSchema = Orrery.Search.Collections.FieldSchema;
using ICollections = Orrery.Search.Collections.ICollections;
using PayloadPath = Orrery.Search.Filters.PayloadPath;
using Wanted = Orrery.Search.Queries.Wanted;
using Domain = Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Points: written, changed, read by id, in pages, counted. Queries are in the other half.</summary>
internal sealed partial class PointsGrpc(ICollections collections, ILogger<PointsGrpc> log) : Points.PointsBase
{
    public override Task<PointsOperationResponse> Upsert(UpsertPoints request, ServerCallContext context) => ChangeAsync(
        context, request.CollectionName, request.Wait, () => PointMessages.Upsert(request.Points, request.UpdateMode, request.UpdateFilter));

    public override Task<PointsOperationResponse> Delete(DeletePoints request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.Delete));

    public override Task<PointsOperationResponse> UpdateVectors(UpdatePointVectors request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.UpdateVectors));

    public override Task<PointsOperationResponse> DeleteVectors(DeletePointVectors request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.DeleteVectors));

    public override Task<PointsOperationResponse> SetPayload(SetPayloadPoints request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.SetPayload));

    public override Task<PointsOperationResponse> OverwritePayload(SetPayloadPoints request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.OverwritePayload));

    public override Task<PointsOperationResponse> DeletePayload(DeletePayloadPoints request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.DeletePayload));

    public override Task<PointsOperationResponse> ClearPayload(ClearPayloadPoints request, ServerCallContext context) =>
        ChangeAsync(context, request.CollectionName, request.Wait, () => Read(request, OperationReader.ClearPayload));

    public override Task<UpdateBatchResponse> UpdateBatch(UpdateBatchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var operations = request.Operations.Select(Read).ToList();
        var collection = await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted);
        var answer = new UpdateBatchResponse();
        // One after the other: each sees what those before it did.
        foreach (var operation in operations)
            answer.Result.Add(Result((await collection.UpdateAsync(operation, call.Aborted)).Number, request.Wait));
        answer.Time = call.Time;
        return answer;
    });

    public override Task<GetResponse> Get(GetPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        using var body = MessageJson.Of(request);
        var wanted = WantedOf(body.RootElement);
        var points = (await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted)).Retrieve([.. request.Ids.Select(PointMessages.Read)], wanted);
        return new GetResponse { Result = { points.Select(PointMessages.Record) }, Time = call.Time };
    });

    public override Task<ScrollResponse> Scroll(ScrollPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        using var body = MessageJson.Of(request);
        var order = body.RootElement.Member("order_by") is { } by ? QueryReader.Order(by) : null;
        Domain.PointId? from = request.Offset is { } offset ? PointMessages.Read(offset) : null;
        if (order is not null && from is not null)
            throw QdrantRefusal.BadRequest("Cannot use an `offset` when using `order_by`");
        var limit = body.RootElement.Member("limit")?.Whole("limit", 1) ?? 10;
        var page = (await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted))
            .Scroll(FilterReader.Read(body.RootElement.Member("filter")), order, from, limit, WantedOf(body.RootElement));
        return new ScrollResponse
        {
            Result = { page.Points.Select(PointMessages.Record) },
            NextPageOffset = page.Next is { } next ? PointMessages.Write(next) : null,
            Time = call.Time,
        };
    });

    public override Task<CountResponse> Count(CountPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var count = (await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted)).Count(PointMessages.Read(request.Filter));
        return new CountResponse { Result = new() { Count = (ulong)count }, Time = call.Time };
    });

    public override Task<FacetResponse> Facet(FacetCounts request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        using var body = MessageJson.Of(request);
        var (path, limit) = (body.RootElement.Required("key").Path("key"), body.RootElement.Member("limit")?.Whole("limit", 1) ?? 10);
        var facets = (await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted)).Facet(path, PointMessages.Read(request.Filter), limit);
        return new FacetResponse { Hits = { facets.Select(facet => new FacetHit { Value = PointMessages.Facet(facet.Value), Count = (ulong)facet.Count }) }, Time = call.Time };
    });

    public override Task<PointsOperationResponse> CreateFieldIndex(CreateFieldIndexCollection request, ServerCallContext context) => ConfigureAsync(context, request.CollectionName, request.Wait, config =>
    {
        var path = PayloadPath.Parse(request.FieldName).Text;
        return config with { Fields = new Dictionary<string, FieldSchema>(config.Fields, StringComparer.Ordinal) { [path] = CollectionMessages.Field(request) } };
    });

    public override Task<PointsOperationResponse> DeleteFieldIndex(DeleteFieldIndexCollection request, ServerCallContext context) => ConfigureAsync(context, request.CollectionName, request.Wait, config =>
    {
        var path = PayloadPath.Parse(request.FieldName).Text;
        return config with { Fields = config.Fields.Where(field => field.Key != path).ToDictionary(StringComparer.Ordinal) };
    });

    public override Task<PointsOperationResponse> CreateVectorName(CreateVectorNameRequest request, ServerCallContext context) =>
        ConfigureAsync(context, request.CollectionName, request.Wait, config => CollectionMessages.WithVector(config, request));

    public override Task<PointsOperationResponse> DeleteVectorName(DeleteVectorNameRequest request, ServerCallContext context) => ConfigureAsync(context, request.CollectionName, request.Wait, config =>
        config.HasVector(request.VectorName)
            ? config with
            {
                Vectors = config.Vectors.Where(vector => vector.Key != request.VectorName).ToDictionary(StringComparer.Ordinal),
                SparseVectors = config.SparseVectors.Where(vector => vector.Key != request.VectorName).ToDictionary(StringComparer.Ordinal),
            }
            : throw new Kernel.InvalidException($"Not existing vector name error: {request.VectorName}"));

    private Task<PointsOperationResponse> ConfigureAsync(ServerCallContext context, string name, bool wait, Func<CollectionConfig, CollectionConfig> change) =>
        QdrantGrpcCall.AnswerAsync(context, log, async call =>
        {
            await collections.UpdateAsync(call.Caller, name, change, call.Aborted);
            return new PointsOperationResponse { Result = Result(0, wait), Time = call.Time };
        });

    private Task<PointsOperationResponse> ChangeAsync(ServerCallContext context, string name, bool wait, Func<Domain.PointOperation> read) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var operation = read();
        var receipt = await (await collections.OpenAsync(call.Caller, name, call.Aborted)).UpdateAsync(operation, call.Aborted);
        return new PointsOperationResponse { Result = Result(receipt.Number, wait), Time = call.Time };
    });

    private static Domain.PointOperation Read(IMessage request, Func<JsonElement, Domain.PointOperation> read)
    {
        using var body = MessageJson.Of(request);
        return read(body.RootElement);
    }

    private static Domain.PointOperation Read(PointsUpdateOperation operation) => operation.OperationCase switch
    {
        PointsUpdateOperation.OperationOneofCase.Upsert => PointMessages.Upsert(operation.Upsert.Points, operation.Upsert.UpdateMode, operation.Upsert.UpdateFilter),
        PointsUpdateOperation.OperationOneofCase.DeletePoints => Read(operation.DeletePoints, OperationReader.Delete),
        PointsUpdateOperation.OperationOneofCase.SetPayload => Read(operation.SetPayload, OperationReader.SetPayload),
        PointsUpdateOperation.OperationOneofCase.OverwritePayload => Read(operation.OverwritePayload, OperationReader.OverwritePayload),
        PointsUpdateOperation.OperationOneofCase.DeletePayload => Read(operation.DeletePayload, OperationReader.DeletePayload),
        PointsUpdateOperation.OperationOneofCase.ClearPayload => Read(operation.ClearPayload, OperationReader.ClearPayload),
        PointsUpdateOperation.OperationOneofCase.UpdateVectors => Read(operation.UpdateVectors, OperationReader.UpdateVectors),
        PointsUpdateOperation.OperationOneofCase.DeleteVectors => Read(operation.DeleteVectors, OperationReader.DeleteVectors),
        _ => throw QdrantRefusal.NotImplemented($"the operation {operation.OperationCase} of a batch"),
    };

    private static UpdateResult Result(long number, bool wait) => new() { OperationId = (ulong)number, Status = wait ? UpdateStatus.Completed : UpdateStatus.Acknowledged };

    // Unlike in a query, a point that is read has its payload where nobody says.
    private static Wanted WantedOf(JsonElement body) => new(QueryReader.Payload(body.Member("with_payload"), otherwise: true), QueryReader.Wanted(body).Vectors);
}
