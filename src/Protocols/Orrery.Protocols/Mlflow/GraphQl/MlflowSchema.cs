using System.Text.Json;
using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>Binds the schema that <c>schema.graphql</c> declares to the answers of REST.</summary>
internal static class MlflowSchema
{
    private const string Run = "MlflowRunExtension";

    public static Schema Build(GraphQlHandlers handlers)
    {
        using var stream = typeof(MlflowSchema).Assembly.GetManifestResourceStream("mlflow.graphql")!;
        using var reader = new StreamReader(stream);
        var schema = Schema.For(reader.ReadToEnd());
        schema.RegisterType(new LongStringType());
        schema.Initialize();
        foreach (var type in schema.AllTypes.OfType<IObjectGraphType>().Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            foreach (var field in type.Fields)
                field.Resolver = ResolverOf(type, field, handlers);
        }

        return schema;
    }

    private static FuncFieldResolver<object> ResolverOf(IObjectGraphType type, FieldType field, GraphQlHandlers handlers)
    {
        if (handlers.Of(field.Name) is { } handler)
            return new(context => AskAsync(context, handler));
        return (type.Name, field.Name) switch
        {
            (_, "test" or "testMutation") => new(static context => JsonSerializer.SerializeToElement(new { output = context.GetArgument<string?>("inputString") })),
            (_, "apiError") => new(static _ => null), // failures are in the list of errors
            (Run, "experiment") => new(static async context => await ScopeOf(context).ExperimentAsync((JsonElement)context.Source!)),
            (Run, "modelVersions") => new(static async context => (await ScopeOf(context).VersionsAsync((JsonElement)context.Source!)).Cast<object>()),
            _ => FieldOf(JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name), field.ResolvedType!),
        };
    }

    private static FuncFieldResolver<object> FieldOf(string name, IGraphType type) => new(context => MessageField.Read((JsonElement)context.Source!, name, type));

    private static async ValueTask<object?> AskAsync(IResolveFieldContext context, MlflowHandler handler)
    {
        var input = context.GetArgument<IDictionary<string, object?>?>("input") ?? new Dictionary<string, object?>();
        var scope = ScopeOf(context);
        try
        {
            var answer = await scope.AskAsync(handler, input.ToDictionary(field => JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Key), field => field.Value));
            if (answer.TryGetProperty("run", out var run))
                scope.Answered(run);
            if (answer.TryGetProperty("runs", out var runs))
            {
                foreach (var found in runs.EnumerateArray())
                    scope.Answered(found);
            }

            return answer;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new ExecutionError(scope.Refusal(error), error);
        }
    }

    private static GraphQlScope ScopeOf(IResolveFieldContext context) => (GraphQlScope)context.UserContext;
}
