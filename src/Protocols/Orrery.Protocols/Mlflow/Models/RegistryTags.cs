using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>Tags of registered models and their versions.</summary>
internal static class RegistryTags
{
    /// <summary>The tags of a message; of one key the last counts.</summary>
    public static Dictionary<string, string> Read(MlflowFields fields)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in fields.Messages("tags"))
        {
            var (key, value) = One(tag);
            tags[key] = value;
        }

        return tags;
    }

    /// <summary>The one tag that a message is.</summary>
    public static (string Key, string Value) One(MlflowFields fields)
    {
        var (key, value) = (fields.RequiredText("key"), fields.Text("value") ?? "");
        MlflowNames.CheckRegistryTag(fields, key, value);
        return (key, value);
    }

    /// <summary>The key of a tag to remove.</summary>
    public static string Key(MlflowFields fields)
    {
        var key = fields.RequiredText("key");
        MlflowNames.CheckRegistryTag(fields, key, "");
        return key;
    }
}
