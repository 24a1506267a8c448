using System.Text.Json;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Microsoft.AspNetCore.Http;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>Reads a query, bounds it, and lets GraphQL.NET validate and run it.</summary>
internal sealed class GraphQlExecutor(GraphQlHandlers handlers)
{
    // Brackets within brackets; a query that may run nests a few more than its fields do, in arguments and fragments.
    private static readonly ParserOptions Parsing = new() { Ignore = IgnoreOptions.All, MaxDepth = 64 };

    private readonly Schema _schema = MlflowSchema.Build(handlers);

    // One after the other: a query is one request of one caller, and gets no more of the database at a time than that.
    private readonly DocumentExecuter _executer = new(
        new GraphQLDocumentBuilder(), new DocumentValidator(),
        new DefaultExecutionStrategySelector([new(SerialExecutionStrategy.Instance, OperationType.Query), new(SerialExecutionStrategy.Instance, OperationType.Mutation)]),
        []);

    public async Task<(object? Data, IReadOnlyList<string> Errors)> ExecuteAsync(HttpContext http, string query, JsonElement variables, string? operation)
    {
        if (query.Length > QueryLimits.MaxQueryCharacters)
            return Refused($"Query has {query.Length} characters; at most {QueryLimits.MaxQueryCharacters} are read");
        GraphQLDocument document;
        try
        {
            document = Parser.Parse(query, Parsing);
        }
        catch (GraphQLParserException error)
        {
            return Refused(error.Message);
        }

        if (QueryLimits.Check(document) is { } refusal)
            return Refused(refusal);
        var result = await _executer.ExecuteAsync(new ExecutionOptions
        {
            Schema = _schema,
            Query = query,
            Document = document,
            Variables = new Inputs(GraphQlJson.ReadObject(variables)),
            OperationName = operation,
            UserContext = new GraphQlScope(http, handlers),
            CancellationToken = http.RequestAborted,
        });
        return ((result.Data as ExecutionNode)?.ToValue(), result.Errors is { } errors ? [.. errors.Select(error => error.Message)] : []);
    }

    private static (object? Data, IReadOnlyList<string> Errors) Refused(string why) => (null, [why]);
}
