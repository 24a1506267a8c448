using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using ICollections = Orrery.Search.Collections.ICollections;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Collections and aliases.</summary>
internal sealed class CollectionsGrpc(ICollections collections, ILogger<CollectionsGrpc> log) : Collections.CollectionsBase
{
    public override Task<GetCollectionInfoResponse> Get(GetCollectionInfoRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
        new GetCollectionInfoResponse { Result = CollectionMessages.Info(await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted)), Time = call.Time });

    public override Task<ListCollectionsResponse> List(ListCollectionsRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var names = await collections.ListAsync(call.Caller, call.Aborted);
        return new ListCollectionsResponse { Collections = { names.Select(name => new CollectionDescription { Name = name }) }, Time = call.Time };
    });

    public override Task<CollectionOperationResponse> Create(CreateCollection request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        await collections.CreateAsync(call.Caller, request.CollectionName, CollectionMessages.Config(request), call.Aborted);
        return new CollectionOperationResponse { Result = true, Time = call.Time };
    });

    public override Task<CollectionOperationResponse> Update(UpdateCollection request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        using var body = MessageJson.Of(request);
        await collections.UpdateAsync(call.Caller, request.CollectionName, config => ConfigReader.Update(config, body.RootElement), call.Aborted);
        return new CollectionOperationResponse { Result = true, Time = call.Time };
    });

    public override Task<CollectionOperationResponse> Delete(DeleteCollection request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
        new CollectionOperationResponse { Result = await collections.DeleteAsync(call.Caller, request.CollectionName, call.Aborted), Time = call.Time });

    public override Task<CollectionExistsResponse> CollectionExists(CollectionExistsRequest request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
        new CollectionExistsResponse { Result = new() { Exists = await collections.ExistsAsync(call.Caller, request.CollectionName, call.Aborted) }, Time = call.Time });

    public override Task<CollectionOperationResponse> UpdateAliases(ChangeAliases request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        await collections.ChangeAliasesAsync(call.Caller, [.. request.Actions.Select(CollectionMessages.Alias)], call.Aborted);
        return new CollectionOperationResponse { Result = true, Time = call.Time };
    });

    public override Task<ListAliasesResponse> ListAliases(ListAliasesRequest request, ServerCallContext context) => AliasesAsync(context, null);

    public override Task<ListAliasesResponse> ListCollectionAliases(ListCollectionAliasesRequest request, ServerCallContext context) => AliasesAsync(context, request.CollectionName);

    private Task<ListAliasesResponse> AliasesAsync(ServerCallContext context, string? name) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var only = name is null ? null : (await collections.OpenAsync(call.Caller, name, call.Aborted)).Name;
        var aliases = await collections.AliasesAsync(call.Caller, call.Aborted);
        return new ListAliasesResponse
        {
            Aliases = { aliases.Where(alias => only is null || alias.Value == only).Select(alias => new AliasDescription { AliasName = alias.Key, CollectionName = alias.Value }) },
            Time = call.Time,
        };
    });
}
