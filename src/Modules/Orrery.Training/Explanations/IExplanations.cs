using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Training.Explanations;

/// <summary>How much one input moved a score.</summary>
/// <param name="Input">The input.</param>
/// <param name="Value">Its value; null where it was missing.</param>
/// <param name="Contribution">Its SHAP value in log-odds: above 0 it raised the score. All features that are made from the input are summed up.</param>
public sealed record Attribution(string Input, JsonElement? Value, double Contribution);

/// <summary>Why a model gave a score.</summary>
/// <param name="Model">The version.</param>
/// <param name="Score">The probability of label 1.</param>
/// <param name="RawScore">The same in log-odds.</param>
/// <param name="BaseValue">The log-odds that the model expects before it knows anything.</param>
/// <param name="Attributions">The inputs, the largest contribution first. With <paramref name="BaseValue"/> they add up to <paramref name="RawScore"/>.</param>
public sealed record Explanation(AssetVersion Model, double Score, double RawScore, double BaseValue, IReadOnlyList<Attribution> Attributions);

/// <summary>Explains predictions by exact SHAP values (TreeSHAP for trees). Thread-safe; the models asked for last stay loaded.</summary>
public interface IExplanations
{
    /// <summary>Explains one prediction from the values of the model's inputs, by name; an input that is left out is missing.</summary>
    /// <exception cref="InvalidException">There is a value that the model does not take, or of another type; or the model has no native form.</exception>
    Task<Explanation> ExplainAsync(
        Caller caller, AssetRef model, IReadOnlyDictionary<string, JsonElement> values, CancellationToken cancellationToken = default);
}
