using System.ComponentModel.DataAnnotations;

namespace Orrery.Training;

/// <summary>Limits of the module; section <c>Training</c> of the configuration.</summary>
public sealed class TrainingOptions
{
    /// <summary>Trainings outside pipelines that may be under way at once; 1 to 64. More only slow each other down. Default 4.</summary>
    [Range(1, 64)]
    public int MaxBackgroundTrainings { get; set; } = 4;

    /// <summary>Models that stay loaded for explanations; 1 to 1,024. Default 8.</summary>
    [Range(1, 1024)]
    public int LoadedExplainers { get; set; } = 8;
}
