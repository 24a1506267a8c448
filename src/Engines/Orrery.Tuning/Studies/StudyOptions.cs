using Orrery.Kernel;
using Orrery.Statistics.Metrics;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>Which sampler looks for points.</summary>
public enum SamplerKind
{
    /// <summary>Tree-structured Parzen estimator: the default, good from about 20 trials on.</summary>
    Tpe,

    /// <summary>Scrambled Halton sequence: even cover without learning.</summary>
    QuasiRandom,

    /// <summary>Uniform.</summary>
    Random,

    /// <summary>Every point of a grid.</summary>
    Grid,

    /// <summary>Covariance matrix adaptation: continuous parameters that depend on each other, hundreds of trials.</summary>
    CmaEs,

    /// <summary>Gaussian process with expected improvement: few parameters, dear trials.</summary>
    GaussianProcess,

    /// <summary>Several objectives, hundreds of trials.</summary>
    NsgaII,
}

/// <summary>Which pruner stops trials.</summary>
public enum PrunerKind
{
    /// <summary>No trial is stopped.</summary>
    None,

    /// <summary>Worse than the median at the same step.</summary>
    Median,

    /// <summary>Asynchronous successive halving.</summary>
    SuccessiveHalving,

    /// <summary>Worse than a percentile at the same step.</summary>
    Percentile,

    /// <summary>Brackets of successive halving that start to stop at different steps.</summary>
    Hyperband,
}

/// <summary>How a study searches. Binds from YAML and JSON; goes with the study's state.</summary>
public sealed record StudyOptions
{
    /// <summary>Whether the objective is to become large or small.</summary>
    public MetricDirection Direction { get; init; } = MetricDirection.LowerIsBetter;

    /// <summary>One direction an objective, where there are several; empty where <see cref="Direction"/> is the only one.</summary>
    public IReadOnlyList<MetricDirection> Directions { get; init; } = [];

    /// <summary>The same seed and the same answers give the same trials.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which sampler.</summary>
    public SamplerKind Sampler { get; init; }

    /// <summary>Of the TPE sampler.</summary>
    public TpeOptions Tpe { get; init; } = new();

    /// <summary>Of the Gaussian process sampler.</summary>
    public GpOptions Gp { get; init; } = new();

    /// <summary>Of the NSGA-II sampler.</summary>
    public NsgaIIOptions NsgaII { get; init; } = new();

    /// <summary>Points of each continuous scale of a grid, ends included.</summary>
    public int GridPoints { get; init; } = 5;

    /// <summary>Which pruner.</summary>
    public PrunerKind Pruner { get; init; }

    /// <summary>The step of the first rung of successive halving and Hyperband.</summary>
    public int MinimumResource { get; init; } = 1;

    /// <summary>Which part goes on from a rung of successive halving and Hyperband: one in this many.</summary>
    public int Reduction { get; init; } = 3;

    /// <summary>The step of a trial that runs to its end: how many brackets Hyperband has.</summary>
    public int MaximumResource { get; init; } = 81;

    /// <summary>Which part of the trials the percentile pruner lets go on.</summary>
    public double Percentile { get; init; } = 25;

    /// <summary>Where set, a trial is stopped only after so many reports in a row that were not better.</summary>
    public int? Patience { get; init; }

    /// <summary>One direction an objective: <see cref="Directions"/>, or <see cref="Direction"/> alone.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<MetricDirection> Objectives => Directions.Count > 0 ? Directions : [Direction];

    internal ISampler CreateSampler(SearchSpace space) => Sampler switch
    {
        SamplerKind.Tpe or SamplerKind.CmaEs or SamplerKind.GaussianProcess when Objectives.Count > 1 => throw new InvalidException(
            $"The sampler {Sampler} knows one objective, the study has {Objectives.Count}; choose {SamplerKind.NsgaII}, {SamplerKind.QuasiRandom}, {SamplerKind.Random} or {SamplerKind.Grid}."),
        SamplerKind.Tpe => new TpeSampler(space, Seed, Tpe),
        SamplerKind.QuasiRandom => new HaltonSampler(space, Seed),
        SamplerKind.Random => new RandomSampler(space),
        SamplerKind.Grid when space.IsDefinedByRun => throw new InvalidException($"The sampler {Sampler} needs a declared space; choose another where the objective defines it."),
        SamplerKind.Grid => new GridSampler(space, Seed, GridPoints),
        SamplerKind.CmaEs => new CmaEsSampler(space, Seed),
        SamplerKind.GaussianProcess => new GpSampler(space, Seed, Gp),
        SamplerKind.NsgaII => new NsgaIISampler(space, Seed, NsgaII),
        _ => throw new InvalidException($"Unknown sampler {Sampler}; expected one of {string.Join(", ", Enum.GetNames<SamplerKind>())}."),
    };

    internal IPruner CreatePruner()
    {
        if (Pruner != PrunerKind.None && Objectives.Count > 1)
            throw new InvalidException($"A pruner compares one objective, the study has {Objectives.Count}; choose no pruner.");
        IPruner pruner = Pruner switch
        {
            PrunerKind.None => new NoPruner(),
            PrunerKind.Median => new MedianPruner(),
            PrunerKind.SuccessiveHalving => new SuccessiveHalvingPruner(MinimumResource, Reduction),
            PrunerKind.Percentile => new PercentilePruner(Percentile),
            PrunerKind.Hyperband => new HyperbandPruner(MaximumResource, MinimumResource, Reduction, Seed),
            _ => throw new InvalidException($"Unknown pruner {Pruner}; expected one of {string.Join(", ", Enum.GetNames<PrunerKind>())}."),
        };
        return Patience is { } patience && Pruner != PrunerKind.None ? new PatientPruner(pruner, patience) : pruner;
    }
}
