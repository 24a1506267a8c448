using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.PromptLab;

/// <summary>What somebody tried in a prompt lab: a template filled with parameters, the model asked, and what it answered.</summary>
/// <param name="Template">The text with <c>{{ name }}</c> in it.</param>
/// <param name="Parameters">What the names stand for.</param>
/// <param name="Route">The endpoint that was asked.</param>
/// <param name="ModelParameters">How, as temperature.</param>
/// <param name="Input">The filled template.</param>
/// <param name="Output">The answer; null where none was kept.</param>
/// <param name="OutputParameters">What is known of the answer, as its latency.</param>
internal sealed record PromptLabRequest(
    string Template, IReadOnlyList<KeyValuePair<string, string>> Parameters, string Route, IReadOnlyList<KeyValuePair<string, string>> ModelParameters,
    string Input, string? Output, IReadOnlyList<KeyValuePair<string, string>> OutputParameters)
{
    /// <summary>Reads a request; what is missing is said in the order and the words of MLflow (mlflow/server/handlers.py, 3.5).</summary>
    public static PromptLabRequest Read(MlflowFields fields)
    {
        Required(fields, "experiment_id");
        var template = Required(fields, "prompt_template");
        var parameters = Pairs(fields, "prompt_parameters");
        if (parameters.Count == 0)
            throw Missing("prompt_parameters");
        var route = Required(fields, "model_route");
        var modelParameters = Pairs(fields, "model_parameters");
        var request = new PromptLabRequest(
            template, parameters, route, modelParameters, Required(fields, "model_input"), fields.Text("model_output"), Pairs(fields, "model_output_parameters"));
        Required(fields, "mlflow_version");
        return request;
    }

    /// <summary>What the run says of it.</summary>
    public Dictionary<string, string> RunParameters()
    {
        var parameters = new Dictionary<string, string>();
        foreach (var (key, value) in ModelParameters)
            parameters[key] = value;
        parameters["model_route"] = Route;
        parameters["prompt_template"] = Template;
        return parameters;
    }

    private static string Required(MlflowFields fields, string name) => fields.Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    // Values are numbers as well as texts; they are kept as text.
    private static List<KeyValuePair<string, string>> Pairs(MlflowFields fields, string name) =>
        [.. fields.Messages(name).Select(pair => KeyValuePair.Create(pair.RequiredText("key"), pair.AnyText("value") ?? ""))];

    private static MlflowException Missing(string name) => MlflowException.Invalid($"CreatePromptlabRun request must specify {name}.");
}
