namespace Orrery.Ledger.Lineage;

/// <summary>The roles of edges that the ledger itself writes; inputs of runs bear the role that the run names.</summary>
public static class LineageRoles
{
    /// <summary>A run wrote a version.</summary>
    public const string Output = "output";

    /// <summary>A run is part of another: trial of a study, step of a pipeline.</summary>
    public const string Part = "part";

    /// <summary>A version of one workspace became one of another.</summary>
    public const string Promoted = "promoted";

    /// <summary>A trace was made in a run, or belongs to it.</summary>
    public const string Traced = "traced";

    /// <summary>A run is to give the same outputs as an earlier one.</summary>
    public const string Reproduced = "reproduced";

    /// <summary>A record of an evaluation dataset was taken from a trace.</summary>
    public const string Example = "example";

    /// <summary>A gate judged a version in a run.</summary>
    public const string Judged = "judged";
}
