using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Reproduction;
using Orrery.Platform.Access;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>All that a training is made of. The whole spec stands here, because a trainer's base may be another by the time that it is run again.</summary>
/// <param name="Trainer">The trainer's name.</param>
/// <param name="TrainerVersion">Its version.</param>
/// <param name="Bases">The versions that its spec stood on.</param>
/// <param name="TrainingSet">The dataset version.</param>
/// <param name="Spec">The trainer with what the training set, seed included.</param>
/// <param name="Parameters">The run's parameters.</param>
internal sealed record TrainingRecipe(
    string Trainer, VersionId TrainerVersion, IReadOnlyList<VersionId> Bases, VersionId TrainingSet, TrainerSpec Spec, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The recipe that a training's run was started with.</summary>
    public static TrainingRecipe Of(Run run) => run.Recipe?.Deserialize<TrainingRecipe>(LedgerJson.Options)
        ?? throw new PreconditionFailedException($"The run {run.Id} has no recipe to be run again by.");

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, LedgerJson.Options);
}

/// <summary>Trains again what was trained.</summary>
internal sealed class TrainingReproducer(TrainHandler trainings) : IReproducer
{
    public string Kind => TrainHandler.Kind;

    public Task<RunId> StartAsync(Caller caller, Run original, CancellationToken cancellationToken = default) => trainings.ReproduceAsync(caller, original, cancellationToken);
}
