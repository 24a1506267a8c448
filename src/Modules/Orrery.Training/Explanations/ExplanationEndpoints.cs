using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Training.Explanations;

/// <summary>The values of a model's inputs, by name; an input that is left out is missing.</summary>
public sealed record ExplainRequest(IReadOnlyDictionary<string, JsonElement> Inputs);

/// <summary>An explanation as the API gives it.</summary>
/// <param name="Model">The version: <c>model/flights:3</c>.</param>
/// <param name="Score">The probability of label 1.</param>
/// <param name="RawScore">The same in log-odds.</param>
/// <param name="BaseValue">The log-odds before anything is known.</param>
/// <param name="Attributions">The inputs, the largest contribution first.</param>
public sealed record ExplainResponse(string Model, double Score, double RawScore, double BaseValue, IReadOnlyList<Attribution> Attributions);

internal static class ExplanationEndpoints
{
    // A body with the values: they are many, and inputs may be personal, so they do not belong in a URL.
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Training").MapPost("/models/{name}/versions/{number:int}/explain", ExplainAsync).RequireRole(Role.Viewer).WithName("ExplainPrediction")
            .WithSummary("SHAP values of one prediction, by input.");

    private static async Task<ExplainResponse> ExplainAsync(
        string name, int number, ExplainRequest request, HttpContext http, IExplanations explanations, CancellationToken cancellationToken)
    {
        var explanation = await explanations.ExplainAsync(http.Caller(), new(AssetKind.Model, name, number), request.Inputs, cancellationToken);
        return new(explanation.Model.Ref.ToString(), explanation.Score, explanation.RawScore, explanation.BaseValue, explanation.Attributions);
    }
}
