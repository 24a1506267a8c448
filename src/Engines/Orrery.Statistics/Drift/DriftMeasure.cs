namespace Orrery.Statistics.Drift;

/// <summary>How the distance between a reference window and the current one is measured.</summary>
public enum DriftMeasure
{
    /// <summary>Kolmogorov–Smirnov test; numeric. Effect size D, 0 to 1.</summary>
    KolmogorovSmirnov,

    /// <summary>Mann–Whitney test; numeric. Effect size rank-biserial correlation, positive where the current window is larger.</summary>
    MannWhitney,

    /// <summary>Pearson's chi-square over bins or categories. Effect size Cramér's V, 0 to 1.</summary>
    ChiSquare,

    /// <summary>Likelihood-ratio test over bins or categories. Effect size Cramér's V computed from G.</summary>
    GTest,

    /// <summary>Population stability index over bins or categories, 0 to ∞; customary limits 0.1 and 0.25.</summary>
    PopulationStability,

    /// <summary>Jensen–Shannon distance over bins or categories, 0 to 1.</summary>
    JensenShannon,

    /// <summary>Kullback–Leibler divergence of the current from the reference over bins or categories, nats.</summary>
    KullbackLeibler,

    /// <summary>Hellinger distance over bins or categories, 0 to 1.</summary>
    Hellinger,

    /// <summary>Total variation over bins or categories, 0 to 1.</summary>
    TotalVariation,

    /// <summary>Wasserstein-1; numeric. Effect size: the distance in standard deviations of the reference.</summary>
    Wasserstein,

    /// <summary>Energy distance; numeric.</summary>
    Energy,
}
