using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs.Reproduction;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Hosting;
using Orrery.Platform.Ownership;
using Orrery.Training.Evaluation;
using Orrery.Training.Explanations;
using Orrery.Training.Scoring;
using Orrery.Training.Steps;
using Orrery.Training.Studies;
using Orrery.Training.Train;
using Orrery.Training.Trainers;

namespace Orrery.Training;

/// <summary>Trainers, tuning studies, evaluation, offline scores and explanations.</summary>
public static class TrainingModule
{
    /// <summary>Registers the module. It needs Platform's ports, the Ledger, Data and Features.</summary>
    public static IServiceCollection AddTraining(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<TrainingOptions>(configuration, "Training");
        services.AddSingleton<IResourceKind, TrainerKind>();
        services.AddSingleton<IResourceKind, StudyKind>();
        services.AddSingleton<TrialLedger>();
        services.AddSingleton<StudyLedger>();
        services.AddSingleton<StudyPlanner>();
        services.AddSingleton<StudyRows>();
        services.AddSingleton<StudyDriver>();
        services.AddSingleton<IOwnerFactory<LiveStudy>, LiveStudyFactory>();
        services.AddSingleton<LiveStudies>();
        services.AddSingleton<IStudies, StudyHandler>();
        services.AddHostedService<StudyWorker>();
        services.AddSingleton<TimeSplit>();
        services.AddSingleton<TrialStudy>();
        services.AddSingleton<BaselineTraining>();
        services.AddSingleton<ChampionScores>();
        services.AddSingleton<ModelRegistration>();
        services.AddSingleton<BackgroundTrainings>();
        services.AddHostedService(provider => provider.GetRequiredService<BackgroundTrainings>());
        services.AddSingleton<TrainHandler>();
        services.AddSingleton<ITrainer>(provider => provider.GetRequiredService<TrainHandler>());
        services.AddSingleton<IReproducer, TrainingReproducer>();
        services.AddSingleton<DatasetEvaluation>();
        services.AddSingleton<IScoring, ScoringHandler>();
        services.AddSingleton<ExplainerCache>();
        services.AddSingleton<IExplanations, ExplanationHandler>();
        services.AddSingleton<IStepKind, TrainStep>();
        services.AddSingleton<IStepKind, EvaluateStep>();
        services.AddSingleton<IStepKind, GateStep>();
        services.AddSingleton<IStepKind, RegisterStep>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapTraining(this IEndpointRouteBuilder routes)
    {
        TrainEndpoints.Map(routes);
        StudyEndpoints.Map(routes);
        ExplanationEndpoints.Map(routes);
        return routes;
    }
}
