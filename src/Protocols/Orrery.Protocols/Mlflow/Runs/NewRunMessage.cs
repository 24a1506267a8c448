using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>Reads the run that a request begins.</summary>
internal static class NewRunMessage
{
    private const string CommitTag = "mlflow.source.git.commit";

    public static NewRun Read(MlflowFields fields, DateTimeOffset now)
    {
        var tags = RunTags.Read(fields);
        var name = fields.Text("run_name") is { Length: > 0 } given ? given : null;
        var tagged = tags.GetValueOrDefault(RunJson.NameTag);
        if (name is not null && tagged is not null && name != tagged)
        {
            throw MlflowException.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', mlflow.runName='{tagged}').");
        }

        if (fields.Text("user_id") is { Length: > 0 } user && user != RunJson.UnknownUser)
            tags.TryAdd(RunJson.UserTag, user);
        var start = fields.Int64("start_time") is { } milliseconds and not 0 ? MlflowTimes.Read(fields, "start_time", milliseconds) : (DateTimeOffset?)null;
        var id = RunId.New(now);
        name ??= tagged ?? RunNames.Of(id);
        tags[RunJson.NameTag] = name;
        return new("run", name, Tags: tags, Id: id)
        {
            FolderNumber = fields.Text("experiment_id") is { Length: > 0 } experiment ? MlflowNames.Experiment(experiment) : Folder.DefaultNumber,
            StartedAt = start,
            Keeper = RunKeeper.Other,
            // It runs somewhere else; the client's tags say what it knows of that.
            Environment = new(Commit(tags), "MLflow client", "", ""),
        };
    }

    private static string? Commit(Dictionary<string, string> tags) => tags.GetValueOrDefault(CommitTag) is { Length: <= 64 } commit ? commit : null;
}
