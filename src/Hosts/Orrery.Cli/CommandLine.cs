using System.CommandLine;
using Orrery.Cli.Commands;
using Orrery.Cli.Commands.Lm;

namespace Orrery.Cli;

/// <summary>The whole command line. Each command stands in a file of its own below <c>Commands/</c>.</summary>
internal static class CommandLine
{
    /// <param name="arguments">A server that starts has no use for the other commands and what they load.</param>
    public static RootCommand For(string[] arguments) => arguments is ["up", ..] ? [UpCommand.Create()] : Whole();

    private static RootCommand Whole() => new("""
        Orrery: the whole life of a machine-learning system in one server.

          orrery demo                       watch a real model live its whole life
          orrery up                         start a server on this machine
          orrery apply -f FOLDER            declare sources, features, trainers, endpoints …
          orrery ingest flights week.parquet
          orrery run train-flights --wait
          orrery lineage model/flights@champion
        """)
    {
        DemoCommand.Create(),
        UpCommand.Create(),
        ApplyCommand.Create(),
        GetCommand.Create(),
        IngestCommand.Create(),
        RunCommand.Create(),
        StudyCommand.Create(),
        LogsCommand.Create(),
        TraceCommand.Create(),
        ReproduceCommand.Create(),
        EvaluateCommand.Create(),
        ImportCommand.Create(),
        ExportCommand.Create(),
        CompareCommand.Create(),
        VectorsCommand.Create(),
        SyncCommand.Create(),
        ModelCommand.Create(),
        GatewayCommand.Create(),
        LmCommand.Create(),
        LineageCommand.Create(),
        StatusCommand.Create(),
        LoginCommand.Create(),
        TokenCommand.Create(),
        CompletionCommand.Create(),
    };
}
