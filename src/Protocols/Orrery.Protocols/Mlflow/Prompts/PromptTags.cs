using Orrery.Kernel;
using Orrery.Ledger.Assets.Search;

namespace Orrery.Protocols.Mlflow.Prompts;

/// <summary>
/// MLflow's clients keep prompts as registered models with these tags; here they are assets of kind prompt, and the tags only say so.
/// Source: mlflow/prompt/constants.py (3.5).
/// </summary>
internal static class PromptTags
{
    public const string IsPrompt = "mlflow.prompt.is_prompt";
    public const string Text = "mlflow.prompt.text";
    public const string Type = "_mlflow_prompt_type";

    /// <summary>A search finds models, or prompts where it asks for the tag.</summary>
    public static readonly KindTag Kinds = new(IsPrompt, AssetKind.Prompt, AssetKind.Model);

    public static AssetKind KindOf(IReadOnlyDictionary<string, string> tags) => tags.ContainsKey(IsPrompt) ? AssetKind.Prompt : AssetKind.Model;

    /// <summary>The tags that the user gave, without those that make it a prompt.</summary>
    public static Dictionary<string, string> WithoutOwn(IEnumerable<KeyValuePair<string, string>> tags) =>
        tags.Where(tag => tag.Key is not (IsPrompt or Text or Type)).ToDictionary(tag => tag.Key, tag => tag.Value);
}
