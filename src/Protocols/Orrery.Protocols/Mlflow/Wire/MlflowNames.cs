using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Bounds and ids of MLflow's wire. Source: mlflow/utils/validation.py (3.5).</summary>
internal static class MlflowNames
{
    private const int MaxKeyLength = 250;
    private const int MaxParameterLength = 6000;
    private const int MaxTagLength = 8000;
    private const int MaxExperimentTagLength = 5000;
    private const int MaxRegistryTagLength = 100_000;

    private const string NameRule = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

    /// <summary>The number of an experiment, which the wire writes as text.</summary>
    public static long Experiment(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"No Experiment with id={Shorten(id)} exists");

    /// <summary>The id of a run.</summary>
    public static RunId Run(string id) => id.Length == 32 && RunId.TryParse(id, out var run)
        ? run
        : throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Run with id={Shorten(id)} not found");

    public static void CheckMetric(MlflowFields fields, string name)
    {
        CheckName(fields, "name", name);
        CheckLength("Metric name", name, MaxKeyLength);
    }

    public static void CheckParameter(MlflowFields fields, string key, string value)
    {
        CheckName(fields, "key", key);
        CheckLength("Param key", key, MaxKeyLength);
        CheckLength("Param value", value, MaxParameterLength);
    }

    public static void CheckTag(MlflowFields fields, string key, string value)
    {
        CheckName(fields, "key", key);
        CheckLength("key", key, MaxKeyLength);
        CheckLength("value", value, MaxTagLength);
    }

    public static void CheckExperimentTag(MlflowFields fields, string key, string value)
    {
        CheckTag(fields, key, value);
        CheckLength("value", value, MaxExperimentTagLength);
    }

    public static void CheckRegistryTag(MlflowFields fields, string key, string value)
    {
        CheckName(fields, "key", key);
        CheckLength("key", key, MaxKeyLength);
        CheckLength("value", value, MaxRegistryTagLength);
    }

    public static void CheckLength(string what, string value, int most)
    {
        if (value.Length > most)
            throw MlflowException.Invalid($"'{what}' exceeds the maximum length of {most} characters");
    }

    // A name may become a file's on the client's side, so it must stay the same path when it is taken for one.
    private static void CheckName(MlflowFields fields, string field, string name)
    {
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '/' or '.' or '-' or ' ' or ':'))
                throw MlflowException.Invalid(fields.Refusal(field, name, NameRule));
        }

        if (name.StartsWith('/') || name.Split('/').Any(part => part is "" or "." or ".."))
            throw MlflowException.Invalid(fields.Refusal(field, name, "Names may be treated as files in certain cases, and must not resolve to other names when treated as such."));
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
