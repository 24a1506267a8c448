using Orrery.Data.Datasets;
using Orrery.Platform.Access;
using Orrery.Training.Learners;
using Orrery.Training.Train;
using Orrery.Training.Trainers;

namespace Orrery.Training.Studies;

/// <summary>Reads and prepares what the trials of a trainer learn from, once a study.</summary>
internal sealed class StudyRows(IDatasets datasets, TimeSplit split)
{
    public async Task<LearningTask> ReadAsync(Caller caller, PlannedTrainer trainer, CancellationToken cancellationToken)
    {
        var dataset = await datasets.OpenAsync(caller, trainer.TrainingSet, cancellationToken);
        using var parts = await split.ReadAsync(dataset, trainer.Spec, cancellationToken);
        var prepared = await Task.Run(() => PreparedParts.Of(trainer.Spec.Transform, parts, trainer.Spec.Seed, cancellationToken), cancellationToken);
        return new(prepared.Training.Sample(trainer.Sample), prepared.Validation, StudyMetric.Find(trainer.Steering), trainer.Spec.Seed, trainer.Spec.Threads);
    }
}
