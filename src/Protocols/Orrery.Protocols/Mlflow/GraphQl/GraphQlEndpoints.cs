using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>
/// <c>/graphql</c>, which MLflow's pages ask and some tools with them. Everything in it reads, the mutations too. The library and the schema are
/// loaded with the first request.
/// </summary>
internal sealed class GraphQlEndpoints(GraphQlHandlers handlers)
{
    private readonly Lazy<GraphQlExecutor> _executor = new(() => new(handlers));

    public void Map(IEndpointRouteBuilder host) => host.MapMethods("/graphql", [HttpMethods.Get, HttpMethods.Post], context => MlflowRoutes.AnswerAsync(context, AnswerAsync))
        .RequireRole(Role.Viewer).ExcludeFromDescription();

    private async Task AnswerAsync(MlflowCall call)
    {
        var (data, errors) = await _executor.Value.ExecuteAsync(call.Http, call.Fields.RequiredText("query"), Variables(call.Fields), call.Fields.Text("operationName"));
        await call.AnswerAsync(json => GraphQlJson.WriteMembers(json, data, errors));
    }

    // A query's parameter has them as text.
    private static JsonElement Variables(MlflowFields fields)
    {
        var raw = fields.Raw("variables") ?? "{}";
        try
        {
            var variables = JsonSerializer.Deserialize<JsonElement>(raw);
            if (variables.ValueKind == JsonValueKind.String && fields.OfQuery)
                variables = JsonSerializer.Deserialize<JsonElement>(variables.GetString()!);
            if (variables.ValueKind == JsonValueKind.Object)
                return variables;
        }
        catch (JsonException error)
        {
            throw fields.Wrong("variables", $"It is no JSON: {error.Message}");
        }

        throw fields.Wrong("variables", "Expected an object of values by the variables' names.");
    }
}
