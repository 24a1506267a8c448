namespace Orrery.Statistics;

/// <summary>How a test gets its p-value.</summary>
public enum PValueMethod
{
    /// <summary>Exact where that is affordable and valid, else asymptotic; each test documents its threshold.</summary>
    Automatic,

    /// <summary>From the statistic's exact distribution, whatever it costs.</summary>
    Exact,

    /// <summary>From the limit distribution for large samples.</summary>
    Asymptotic,
}
