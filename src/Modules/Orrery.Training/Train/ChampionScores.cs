using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Training.Evaluation;
using Orrery.Training.Scoring;

namespace Orrery.Training.Train;

/// <summary>Scores the present champion on the test rows of its challenger: the newest rows, after everything that the challenger was trained on.</summary>
internal sealed class ChampionScores(IAssets assets, IBlobStore blobs, ILogger<ChampionScores> logger)
{
    /// <summary>The alias that the served version has.</summary>
    public const string Alias = "champion";

    /// <summary>Evidence below <c>champion.test</c>; none where there is no champion, or it takes inputs that the training set does not have.</summary>
    public async Task<IEnumerable<KeyValuePair<string, double>>> EvidenceAsync(Caller caller, string model, RowPart test, CancellationToken cancellationToken)
    {
        if (await assets.FindAsync(caller, new(AssetKind.Model, model, Alias: Alias), cancellationToken) is not { } champion)
            return [];
        try
        {
            using var scorer = new OnnxScorer(await blobs.ReadAsync(champion.Read<ModelManifest>().Content, ModelLimits.MaxGraphBytes, cancellationToken));
            return [.. Evaluator.Score(scorer, test, cancellationToken).Evidence("champion.test")];
        }
        catch (InvalidException refusal)
        {
            TrainingLog.ChampionNotComparable(logger, champion.Ref, refusal.Message);
            return [];
        }
    }
}
