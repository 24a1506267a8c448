using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Training.LogisticRegressions;

namespace Orrery.Training.Explanations;

/// <summary>Explains predictions with the models' native forms.</summary>
internal sealed class ExplanationHandler(IAssets assets, ExplainerCache cache) : IExplanations
{
    /// <summary>SHAP values of 64 bits over some hundred trees add up to far less than this.</summary>
    private const double Tolerance = 1e-6;

    public async Task<Explanation> ExplainAsync(
        Caller caller, AssetRef model, IReadOnlyDictionary<string, JsonElement> values, CancellationToken cancellationToken = default)
    {
        var version = await assets.GetAsync(caller, model, cancellationToken);
        using var lease = await cache.GetAsync(version, cancellationToken);
        var explainer = lease.Explainer;
        using var row = InputRow.Of(explainer.Transform.Inputs, values);
        using var features = explainer.Transform.Apply(row);
        var raw = explainer.Native.Raw(features.Values)[0];
        var explained = explainer.Attributions.Explain(explainer.Native, features.Values)[0];
        if (!(Math.Abs(explained.Sum - raw) <= Tolerance * Math.Max(1, Math.Abs(raw))))
        {
            throw new OrreryException(ErrorCode.Internal, FormattableString.Invariant(
                $"The attributions of {version.Ref} add up to {explained.Sum:R}, but its raw score is {raw:R}; they do not explain it."));
        }

        var attributions = explainer.Attributions.Inputs.Zip(explained.Values, (input, contribution) => new Attribution(
            input, values.TryGetValue(input, out var value) && value.ValueKind != JsonValueKind.Null ? value : null, contribution));
        return new(
            version, LogisticRegression.Probability(raw), raw, explained.Base,
            [.. attributions.OrderByDescending(a => Math.Abs(a.Contribution)).ThenBy(a => a.Input, StringComparer.Ordinal)]);
    }
}
