using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Protocols.Mlflow.PromptLab;

/// <summary>
/// The files of a prompt lab's run: a model that MLflow's client loads (<c>mlflow.pyfunc.load_model</c>) and that asks the endpoint again, and the table of what was tried.
/// Source: mlflow/prompt/promptlab_model.py, mlflow/utils/promptlab_utils.py (3.5). Values that come from outside stand in JSON only, which every reader of YAML reads too, so that
/// none of YAML's rules for quoting can be got wrong.
/// </summary>
internal static class PromptLabFiles
{
    public const string Table = "eval_results_table.json";
    public const string Model = "model";
    public const string Loader = "mlflow.prompt.promptlab_model";

    // The oldest Python that MLflow 3.5 runs on; a client is warned where its own differs.
    private const string Python = "3.10.0";

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>When the model was made, as MLflow writes it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>All files by their paths.</summary>
    public static IEnumerable<(string Path, byte[] Content)> Of(PromptLabRequest request, string run, string time)
    {
        yield return (Table, Encoding.UTF8.GetBytes(TableOf(request)));
        yield return ($"{Model}/MLmodel", Encoding.UTF8.GetBytes(MlModelOf(request, run, time)));
        yield return ($"{Model}/parameters.yaml", Json(new
        {
            model_parameters = Map(request.ModelParameters),
            model_route = request.Route,
            prompt_parameters = Map(request.Parameters),
            prompt_template = request.Template,
        }));
        var example = new { inputs = request.Parameters.Select(parameter => parameter.Value) };
        yield return ($"{Model}/input_example.json", Json(example));
        yield return ($"{Model}/serving_input_example.json", Json(new { inputs = example }));
        yield return ($"{Model}/requirements.txt", Encoding.UTF8.GetBytes(Requirement));
        yield return ($"{Model}/python_env.yaml", Encoding.UTF8.GetBytes($"python: {Python}\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n"));
        yield return ($"{Model}/conda.yaml", Encoding.UTF8.GetBytes(
            $"channels:\n- conda-forge\ndependencies:\n- python={Python}\n- pip\n- pip:\n  - {Requirement}\nname: mlflow-env\n"));
    }

    private static string Requirement => $"mlflow[gateway]=={MlflowEndpoints.Version}";

    private static string TableOf(PromptLabRequest request) => JsonSerializer.Serialize(
        new
        {
            columns = request.Parameters.Select(parameter => parameter.Key).Concat(["prompt", "output"]).Concat(request.OutputParameters.Select(parameter => parameter.Key)),
            data = new[]
            {
                request.Parameters.Select(parameter => parameter.Value).Concat([request.Input, request.Output!]).Concat(request.OutputParameters.Select(parameter => parameter.Value)),
            },
        },
        Options);

    private static string MlModelOf(PromptLabRequest request, string run, string time)
    {
        var inputs = Quoted(request.Parameters.Select(parameter => parameter.Key));
        return $"""
            artifact_path: {Model}
            flavors:
              python_function:
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: {Loader}
                parameters_path: parameters.yaml
                python_version: {Python}
            is_signature_from_type_hint: false
            mlflow_version: {MlflowEndpoints.Version}
            run_id: {run}
            saved_input_example_info:
              artifact_path: input_example.json
              serving_input_path: serving_input_example.json
              type: json_object
            signature:
              inputs: {inputs}
              outputs: {Quoted(["output"])}
              params: null
            utc_time_created: '{time}'

            """;
    }

    // A text of YAML in single quotes, where a quote is doubled and nothing else is special; JSON has no line breaks in it.
    private static string Quoted(IEnumerable<string> columns) =>
        $"'{JsonSerializer.Serialize(columns.Select(name => new { type = "string", name, required = true }), Options).Replace("'", "''", StringComparison.Ordinal)}'";

    private static Dictionary<string, string> Map(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var map = new Dictionary<string, string>();
        foreach (var (key, value) in pairs)
            map[key] = value;
        return map;
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);
}
