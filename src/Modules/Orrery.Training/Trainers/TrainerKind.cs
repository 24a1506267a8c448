using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Preparation;
using Orrery.Tuning.Spaces;

namespace Orrery.Training.Trainers;

/// <summary>The resource <c>kind: Trainer</c>.</summary>
internal sealed class TrainerKind() : ResourceKind<TrainerSpec>(AssetKind.Trainer)
{
    public override bool Inherits => true;

    // The training set is not among them: it is made by a run, mostly after the trainer was declared.
    protected override IEnumerable<AssetRef> References(TrainerSpec spec)
    {
        if (spec.Base is { } trainer)
            yield return new(AssetKind.Trainer, trainer);
        if (AssetRef.IsName(spec.FeatureService))
            yield return new(AssetKind.FeatureService, spec.FeatureService!);
    }

    protected override IReadOnlyDictionary<string, string> Validate(string name, TrainerSpec spec) => Check(name, spec);

    /// <summary>What is wrong with a trainer, by place.</summary>
    internal static IReadOnlyDictionary<string, string> Check(string name, TrainerSpec spec)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        CheckName(errors, "trainingSet", spec.TrainingSet);
        CheckName(errors, "model", spec.Model ?? name);
        if (spec.FeatureService is not null)
            CheckName(errors, "featureService", spec.FeatureService);
        CheckTransform(errors, "transform", spec.Transform, spec.Label);
        if (spec.Baseline?.Transform is { } transform)
            CheckTransform(errors, "baseline/transform", transform, spec.Label);
        CheckLearner(errors, "learner", spec.Learner);
        if (spec.Baseline is { } baseline)
            CheckLearner(errors, "baseline/learner", baseline.Learner);
        CheckSplit(errors, spec.Split ?? new());
        if (spec.Tune is { } tune)
            CheckTune(errors, tune, spec.Learner);
        Require(errors, spec.Threshold is >= 0 and <= 1, "threshold", "0 to 1", spec.Threshold);
        Require(errors, spec.Threads is >= 1 and <= 64, "threads", "1 to 64", spec.Threads);
        Require(errors, spec.Seed >= 0, "seed", "0 or more", spec.Seed);
        return errors;
    }

    private static void CheckName(Dictionary<string, string> errors, string path, string name)
    {
        if (!AssetRef.IsName(name))
            errors[path] = $"'{name}' cannot be a name; expected 1 to {AssetRef.MaxNameLength} characters without / @ :";
    }

    private static void CheckTransform(Dictionary<string, string> errors, string path, TransformSpec transform, string label)
    {
        try
        {
            transform.Validate();
        }
        catch (InvalidException refusal)
        {
            foreach (var (place, problem) in refusal.Errors)
                errors[$"{path}/{Pointer(place)}"] = problem;
        }

        for (var i = 0; i < transform.Columns.Count; i++)
        {
            if (transform.Columns[i].Name == label)
                errors[$"{path}/columns/{i}/name"] = $"'{label}' is the label; a model that reads it learns nothing else";
        }
    }

    // steps[0].inputs[1] → steps/0/inputs/1, as every other place in a resource is written
    private static string Pointer(string place) =>
        place.Replace('[', '/').Replace("].", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace('.', '/');

    private static void CheckLearner(Dictionary<string, string> errors, string path, LearnerSpec learner)
    {
        foreach (var (parameter, problem) in learner.Problems())
            errors[$"{path}/{parameter}"] = problem;
    }

    private static void CheckSplit(Dictionary<string, string> errors, SplitSpec split)
    {
        if (split.ValidationFrom is null != split.TestFrom is null)
            errors[split.TestFrom is null ? "split/testFrom" : "split/validationFrom"] = "validationFrom and testFrom go together; give both or neither";
        else if (split.ValidationFrom >= split.TestFrom)
            errors["split/testFrom"] = "the test part begins after the validation part";
        Require(errors, split.Validation is > 0 and < 1, "split/validation", "above 0, below 1", split.Validation);
        Require(errors, split.Test is > 0 and < 1, "split/test", "above 0, below 1", split.Test);
        Require(errors, split.Validation + split.Test < 1, "split", "shares of validation and test that leave some for training", split.Validation + split.Test);
    }

    private static void CheckTune(Dictionary<string, string> errors, TuneSpec tune, LearnerSpec learner)
    {
        Require(errors, tune.Trials is >= 0 and <= 10_000, "tune/trials", "0 to 10000", tune.Trials);
        Require(errors, tune.Sample is > 0 and <= 1, "tune/sample", "above 0, to 1", tune.Sample);
        if (!StudyMetric.Names.Contains(tune.Metric))
            errors["tune/metric"] = $"expected one of {string.Join(", ", StudyMetric.Names)}, got '{tune.Metric}'";
        try
        {
            _ = new SearchSpace(tune.Space);
        }
        catch (InvalidException refusal)
        {
            errors["tune/space"] = refusal.Message;
        }

        var known = LearnerParameters.Names(learner);
        for (var i = 0; i < tune.Space.Count; i++)
        {
            var parameter = tune.Space[i].Name;
            if (known.Contains(parameter))
                continue;
            var nearest = NearestName.Of(parameter, known) is { } near ? $"; did you mean '{near}'?" : $"; it has {string.Join(", ", known)}";
            errors[$"tune/space/{i}/name"] = $"{learner.Type} has no parameter '{parameter}'{nearest}";
        }
    }

    private static void Require(Dictionary<string, string> errors, bool holds, string path, string expected, double received)
    {
        if (!holds)
            errors[path] = FormattableString.Invariant($"expected {expected}, got {received}");
    }
}
