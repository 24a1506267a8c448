using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using Grouping = Orrery.Search.Queries.Grouping;
using MatrixRow = Orrery.Search.Queries.MatrixRow;
using QueryStage = Orrery.Search.Queries.QueryStage;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Queries, and the older families that a query says in one.</summary>
internal sealed partial class PointsGrpc
{
    public override Task<QueryResponse> Query(QueryPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new QueryResponse
    {
        Result = { await RunAsync(call, request.CollectionName, request, QueryReader.Read) },
        Time = call.Time,
    });

    public override Task<QueryBatchResponse> QueryBatch(QueryBatchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var answer = new QueryBatchResponse();
        foreach (var query in request.QueryPoints)
            answer.Result.Add(new BatchResult { Result = { await RunAsync(call, request.CollectionName, query, QueryReader.Read) } });
        answer.Time = call.Time;
        return answer;
    });

    public override Task<QueryGroupsResponse> QueryGroups(QueryPointGroups request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new QueryGroupsResponse
    {
        Result = await GroupsAsync(call, request.CollectionName, request, QueryReader.Read),
        Time = call.Time,
    });

    public override Task<SearchResponse> Search(SearchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new SearchResponse
    {
        Result = { await RunAsync(call, request.CollectionName, request, _ => OlderMessages.Search(request)) },
        Time = call.Time,
    });

    public override Task<SearchBatchResponse> SearchBatch(SearchBatchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var answer = new SearchBatchResponse();
        foreach (var search in request.SearchPoints)
            answer.Result.Add(new BatchResult { Result = { await RunAsync(call, request.CollectionName, search, _ => OlderMessages.Search(search)) } });
        answer.Time = call.Time;
        return answer;
    });

    public override Task<SearchGroupsResponse> SearchGroups(SearchPointGroups request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new SearchGroupsResponse
    {
        Result = await GroupsAsync(call, request.CollectionName, request, _ => OlderMessages.Search(request)),
        Time = call.Time,
    });

    public override Task<RecommendResponse> Recommend(RecommendPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new RecommendResponse
    {
        Result = { await RunAsync(call, request.CollectionName, request, body => OlderMessages.Recommend(body, request.Using)) },
        Time = call.Time,
    });

    public override Task<RecommendBatchResponse> RecommendBatch(RecommendBatchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var answer = new RecommendBatchResponse();
        foreach (var recommend in request.RecommendPoints)
            answer.Result.Add(new BatchResult { Result = { await RunAsync(call, request.CollectionName, recommend, body => OlderMessages.Recommend(body, recommend.Using)) } });
        answer.Time = call.Time;
        return answer;
    });

    public override Task<RecommendGroupsResponse> RecommendGroups(RecommendPointGroups request, ServerCallContext context) =>
        QdrantGrpcCall.AnswerAsync(context, log, async call => new RecommendGroupsResponse
        {
            Result = await GroupsAsync(call, request.CollectionName, request, body => OlderMessages.Recommend(body, request.Using)),
            Time = call.Time,
        });

    public override Task<DiscoverResponse> Discover(DiscoverPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call => new DiscoverResponse
    {
        Result = { await RunAsync(call, request.CollectionName, request, OlderQueryReader.Discover) },
        Time = call.Time,
    });

    public override Task<DiscoverBatchResponse> DiscoverBatch(DiscoverBatchPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var answer = new DiscoverBatchResponse();
        foreach (var discover in request.DiscoverPoints)
            answer.Result.Add(new BatchResult { Result = { await RunAsync(call, request.CollectionName, discover, OlderQueryReader.Discover) } });
        answer.Time = call.Time;
        return answer;
    });

    public override Task<SearchMatrixPairsResponse> SearchMatrixPairs(SearchMatrixPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var pairs = new SearchMatrixPairs();
        foreach (var row in await MatrixAsync(call, request))
            pairs.Pairs.AddRange(row.Nearest.Select(near => new SearchMatrixPair { A = PointMessages.Write(row.Id), B = PointMessages.Write(near.Other), Score = near.Score }));
        return new SearchMatrixPairsResponse { Result = pairs, Time = call.Time };
    });

    public override Task<SearchMatrixOffsetsResponse> SearchMatrixOffsets(SearchMatrixPoints request, ServerCallContext context) => QdrantGrpcCall.AnswerAsync(context, log, async call =>
    {
        var rows = await MatrixAsync(call, request);
        var places = rows.Select((row, place) => (row.Id, place)).ToDictionary(row => row.Id, row => (ulong)row.place);
        var offsets = new SearchMatrixOffsets { Ids = { rows.Select(row => PointMessages.Write(row.Id)) } };
        foreach (var row in rows)
        {
            foreach (var (other, score) in row.Nearest)
            {
                offsets.OffsetsRow.Add(places[row.Id]);
                offsets.OffsetsCol.Add(places[other]);
                offsets.Scores.Add(score);
            }
        }

        return new SearchMatrixOffsetsResponse { Result = offsets, Time = call.Time };
    });

    private async Task<IReadOnlyList<MatrixRow>> MatrixAsync(QdrantGrpcCall call, SearchMatrixPoints request)
    {
        using var body = MessageJson.Of(request);
        var (sample, limit) = (body.RootElement.Member("sample")?.Whole("sample", 2) ?? 10, body.RootElement.Member("limit")?.Whole("limit", 1) ?? 3);
        return (await collections.OpenAsync(call.Caller, request.CollectionName, call.Aborted)).Matrix(request.Using, PointMessages.Read(request.Filter), sample, limit);
    }

    private async Task<IEnumerable<ScoredPoint>> RunAsync(QdrantGrpcCall call, string name, IMessage request, Func<JsonElement, QueryStage> read)
    {
        using var body = MessageJson.Of(request);
        var (query, wanted) = (read(body.RootElement), QueryReader.Wanted(body.RootElement));
        var collection = await collections.OpenAsync(call.Caller, name, call.Aborted);
        return (await collection.QueryAsync(call.Caller, query, wanted, call.Aborted)).Select(PointMessages.Scored);
    }

    private async Task<GroupsResult> GroupsAsync(QdrantGrpcCall call, string name, IMessage request, Func<JsonElement, QueryStage> read)
    {
        using var body = MessageJson.Of(request);
        var root = body.RootElement;
        var grouping = new Grouping(root.Required("group_by").Path("group_by"), root.Member("limit")?.Whole("limit", 1) ?? 10, root.Member("group_size")?.Whole("group_size", 1) ?? 3);
        var collection = await collections.OpenAsync(call.Caller, name, call.Aborted);
        var groups = await collection.QueryGroupsAsync(call.Caller, read(root), grouping, QueryReader.Wanted(root), call.Aborted);
        var found = root.Member("with_lookup") is { } lookup ? await GroupLookup.ReadAsync(collections, call.Caller, lookup, groups, call.Aborted) : [];
        var result = new GroupsResult();
        foreach (var group in groups)
        {
            var message = new PointGroup { Id = PointMessages.Group(group.Id), Hits = { group.Hits.Select(PointMessages.Scored) } };
            if (GroupLookup.IdOf(group.Id) is { } id && found.TryGetValue(id, out var point))
                message.Lookup = PointMessages.Record(point);
            result.Groups.Add(message);
        }

        return result;
    }
}
