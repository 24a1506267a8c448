using System.CommandLine;
using Orrery.Import.Mlflow;
using Orrery.Import.Neptune;
using Orrery.Import.Wandb;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery import SYSTEM PLACE</c>: runs that another system recorded, and vectors that it holds.</summary>
internal static class ImportCommand
{
    public static Command Create() => new("import", "Bring runs and vectors from another system. The same run or point is brought once, however often it is imported.\n\nExamples:\n  orrery import mlflow http://mlflow.internal:5000\n  orrery import wandb ./wandb\n  orrery import neptune ./exports\n  orrery import qdrant http://qdrant.internal:6333\n  orrery import chroma ./chroma\n  orrery import pgvector postgresql://me@localhost/shop products\n  orrery import vectors words.parquet")
    {
        Mlflow(),
        Wandb(),
        Neptune(),
        ImportVectors.Qdrant(),
        ImportVectors.Chroma(),
        ImportVectors.Pgvector(),
        ImportVectors.Files(),
    };

    private static Command Mlflow()
    {
        var place = new Argument<string>("from") { Description = "A tracking server's address (http://user:password@host:5000), an mlruns folder, or an mlflow.db" };
        var files = new Option<string?>("--files") { Description = "Of an mlflow.db: the folder below which its artifacts lie. Default: the database's own" };
        var command = new Command("mlflow", "Runs of MLflow, with their own ids: parameters, tags, every metric point, artifacts.") { place, files };
        return ImportRun.Reading(command, (parsed, http) =>
        {
            var from = parsed.GetRequiredValue(place);
            if (Uri.TryCreate(from, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                return new MlflowServer(http, address!);
            return File.Exists(from) ? new MlflowDatabase(from, parsed.GetValue(files)) : new MlflowFolder(from);
        });
    }

    private static Command Wandb()
    {
        var folder = new Argument<string>("folder") { Description = "An offline-run-… folder, or the wandb folder that holds them" };
        return ImportRun.Reading(new("wandb", "Runs of Weights & Biases from the files that its client wrote.") { folder }, (parsed, _) => new OfflineRuns(parsed.GetRequiredValue(folder)));
    }

    private static Command Neptune()
    {
        var folder = new Argument<string>("folder") { Description = "What neptune-exporter wrote: the folder with data and files" };
        var files = new Option<string?>("--files") { Description = "Where the exporter put files, if not beside the data" };
        return ImportRun.Reading(new("neptune", "Runs of Neptune from the Parquet files of its exporter.") { folder, files }, (parsed, _) => new NeptuneExport(parsed.GetRequiredValue(folder), parsed.GetValue(files)));
    }
}
