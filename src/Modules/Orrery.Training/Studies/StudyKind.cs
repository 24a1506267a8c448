using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>The resource <c>kind: Study</c>.</summary>
internal sealed class StudyKind() : ResourceKind<StudySpec>(AssetKind.Study)
{
    protected override IEnumerable<AssetRef> References(StudySpec spec)
    {
        if (AssetRef.IsName(spec.Trainer))
            yield return new(AssetKind.Trainer, spec.Trainer!);
        foreach (var study in (spec.WarmStart ?? []).Where(AssetRef.IsName))
            yield return new(AssetKind.Study, study);
    }

    protected override IReadOnlyDictionary<string, string> Validate(string name, StudySpec spec)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (spec.Trainer is { } trainer && !AssetRef.IsName(trainer))
            errors["trainer"] = $"'{trainer}' cannot be a name";
        CheckSpace(errors, spec);
        CheckObjectives(errors, spec);
        if (spec.Trainer is null && spec.TrainingSet is not null)
            errors["trainingSet"] = "a training set needs a trainer";
        Require(errors, spec.Trials is >= 1 and <= 100_000, "trials", "1 to 100000", spec.Trials);
        Require(errors, spec.Workers is >= 1 and <= 64, "workers", "1 to 64", spec.Workers);
        Require(errors, spec.Sample is > 0 and <= 1, "sample", "above 0, to 1", spec.Sample);
        Require(errors, spec.Seed >= 0, "seed", "0 or more", spec.Seed);
        Require(errors, spec.Attempts is >= 1 and <= 10, "attempts", "1 to 10", spec.Attempts);
        if (spec.Lease is { } lease)
            Require(errors, lease >= TimeSpan.FromSeconds(1) && lease <= TimeSpan.FromDays(1), "lease", "a second to a day (1s to 1d)", lease.TotalSeconds);
        if (spec.WarmStart?.Contains(name, StringComparer.Ordinal) == true)
            errors["warmStart"] = "a study cannot start from itself; its runs go on where they were";
        return errors;
    }

    private static void CheckSpace(Dictionary<string, string> errors, StudySpec spec)
    {
        SearchSpace? space = null;
        try
        {
            space = spec.Space is null ? null : new SearchSpace(spec.Space);
        }
        catch (InvalidException refusal)
        {
            errors["space"] = refusal.Message;
        }

        for (var i = 0; space is not null && i < (spec.Enqueue?.Count ?? 0); i++)
        {
            try
            {
                new Study(space, new StudyOptions { Sampler = SamplerKind.Random }).Enqueue(spec.Enqueue![i]);
            }
            catch (InvalidException refusal)
            {
                errors[$"enqueue/{i}"] = refusal.Message;
            }
        }

        if (space is null && spec.Trainer is null && spec.Sampler == SamplerKind.Grid)
            errors["sampler"] = "a grid needs a declared space";
    }

    private static void CheckObjectives(Dictionary<string, string> errors, StudySpec spec)
    {
        var objectives = spec.Objectives ?? [];
        if (objectives.Count == 0 && spec.Trainer is null)
            errors["objectives"] = "name what is to become large or small, such as [{metric: loss, direction: lowerIsBetter}]; only a trainer has one of its own";
        for (var i = 0; i < objectives.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(objectives[i].Metric))
                errors[$"objectives/{i}/metric"] = "a metric needs a name";
            else if (objectives.Take(i).Any(earlier => earlier.Metric == objectives[i].Metric))
                errors[$"objectives/{i}/metric"] = $"'{objectives[i].Metric}' comes twice";
        }

        if (objectives.Count > 1 && spec.Sampler is SamplerKind.Tpe or SamplerKind.CmaEs or SamplerKind.GaussianProcess)
            errors["sampler"] = $"it knows one objective, the study has {objectives.Count}; choose nsgaII, quasiRandom, random or grid";
        if (objectives.Count > 1 && spec.Pruner != PrunerKind.None)
            errors["pruner"] = $"a pruner compares one objective, the study has {objectives.Count}; choose none";
        for (var i = 0; i < (spec.Constraints?.Count ?? 0); i++)
        {
            var constraint = spec.Constraints![i];
            if (string.IsNullOrWhiteSpace(constraint.Metric))
                errors[$"constraints/{i}/metric"] = "a metric needs a name";
            if (constraint is { AtMost: null, AtLeast: null } || constraint.AtLeast > constraint.AtMost)
                errors[$"constraints/{i}"] = "expected atMost, atLeast, or both with atLeast at most atMost";
        }
    }

    private static void Require(Dictionary<string, string> errors, bool holds, string path, string expected, double received)
    {
        if (!holds)
            errors[path] = FormattableString.Invariant($"expected {expected}, got {received}");
    }
}
