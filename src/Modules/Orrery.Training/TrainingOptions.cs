using System.ComponentModel.DataAnnotations;

namespace Orrery.Training;

/// <summary>Limits of the module; section <c>Training</c> of the configuration.</summary>
public sealed class TrainingOptions
{
    /// <summary>Trainings outside pipelines that may be under way at once; 1 to 64. More only slow each other down. Default 4.</summary>
    [Range(1, 64)]
    public int MaxBackgroundTrainings { get; set; } = 4;

    /// <summary>Studies of trainers that this process works on at once, 0 to 64; 0 leaves them to other processes. Each runs as many trials at once as it declares. Default 1.</summary>
    [Range(0, 64)]
    public int Studies { get; set; } = 1;

    /// <summary>
    /// How long a study stays with a server that says nothing; after that another takes it on. Default 15 s: after a <c>kill -9</c> a study goes on at the latest so much
    /// later. It is renewed three times within. One second to a day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StudyLease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Models that stay loaded for explanations; 1 to 1,024. Default 8.</summary>
    [Range(1, 1024)]
    public int LoadedExplainers { get; set; } = 8;
}
