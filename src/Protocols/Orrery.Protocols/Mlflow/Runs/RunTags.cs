using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>The tags and parameters of a request; where a tag comes twice the last counts, as in MLflow.</summary>
internal static class RunTags
{
    public static Dictionary<string, string> Read(MlflowFields fields)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in fields.Messages("tags"))
        {
            var (key, value) = (tag.RequiredText("key"), tag.Text("value") ?? "");
            MlflowNames.CheckTag(tag, key, value);
            tags[key] = value;
        }

        return tags;
    }
}
