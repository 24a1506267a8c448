using Orrery.Preparation;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Trainers;

/// <summary>A declared way to train models (<c>kind: Trainer</c>). Labels are 0 and 1, or false and true.</summary>
/// <param name="TrainingSet">The dataset that is trained on unless a training names a version of another.</param>
/// <param name="Label">Its column of labels.</param>
/// <param name="Transform">From its columns to the learner's features; fitted on the training part alone.</param>
/// <param name="Learner">What learns.</param>
/// <param name="Model">The name of the model asset; the trainer's own where it is left out.</param>
/// <param name="FeatureService">Who fills those of the transform's columns that are features when the model is served; the caller sends the others.</param>
/// <param name="Time">The column that orders rows; the dataset's timestamp where it is left out.</param>
/// <param name="Split">Which rows are trained, validated and tested on.</param>
/// <param name="Tune">How the learner's parameters are searched; left out, they are taken as declared.</param>
/// <param name="Baseline">What the model must beat.</param>
/// <param name="Groups">The column whose values are compared for fairness.</param>
/// <param name="Threshold">The score from which a row counts as positive; 0 to 1.</param>
/// <param name="Seed">Of everything that is left to chance.</param>
/// <param name="Threads">Of the learner; 1 to 64.</param>
/// <param name="Base">Another trainer, which gives all that this one does not say: <c>base: flights</c>.</param>
public sealed record TrainerSpec(
    string TrainingSet, string Label, TransformSpec Transform, LearnerSpec Learner, string? Model = null, string? FeatureService = null,
    string? Time = null, SplitSpec? Split = null, TuneSpec? Tune = null, BaselineSpec? Baseline = null, string? Groups = null,
    double Threshold = 0.5, int Seed = 42, int Threads = 2, string? Base = null);

/// <summary>
/// Rows are cut in the order of time, so that a model is always tested on what came after its training: either by shares of the rows or at
/// given instants. Rows of one instant stay together.
/// </summary>
/// <param name="Validation">The share of rows, before the test part, that tuning and early stopping look at.</param>
/// <param name="Test">The share of the latest rows, which nothing but the evaluation sees.</param>
/// <param name="ValidationFrom">The first instant of the validation part; goes with <paramref name="TestFrom"/>.</param>
/// <param name="TestFrom">The first instant of the test part.</param>
public sealed record SplitSpec(double Validation = 0.15, double Test = 0.15, DateTimeOffset? ValidationFrom = null, DateTimeOffset? TestFrom = null);

/// <summary>A study over the learner's parameters.</summary>
/// <param name="Space">Each names a parameter of the learner.</param>
/// <param name="Trials">How many points are tried, 1 to 10,000; 0 takes the learner's parameters as declared.</param>
/// <param name="Metric">What is optimised on the validation part: <c>roc_auc</c>, <c>average_precision</c> or <c>log_loss</c>.</param>
/// <param name="Sampler">What proposes points.</param>
/// <param name="Pruner">What stops trials that fall behind.</param>
/// <param name="Sample">
/// The share of training rows that trials train on, evenly spread over time; the best point is trained again on all of them. Above 0, to 1.
/// </param>
public sealed record TuneSpec(
    IReadOnlyList<ParameterSpec> Space, int Trials = 20, string Metric = "roc_auc", SamplerKind Sampler = SamplerKind.Tpe,
    PrunerKind Pruner = PrunerKind.Median, double Sample = 1);

/// <summary>What the model must beat: a simpler learner on the same rows.</summary>
/// <param name="Learner">What learns.</param>
/// <param name="Transform">Its features; the trainer's own where it is left out.</param>
public sealed record BaselineSpec(LearnerSpec Learner, TransformSpec? Transform = null);
