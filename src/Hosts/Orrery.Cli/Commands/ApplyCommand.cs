using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery apply -f FILE|FOLDER</c>: declares resources.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var files = new Option<string[]>("--file", "-f") { Description = "A YAML file, a folder of them, or - for standard input", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would change" };
        var output = new OutputOption();
        var command = new Command("apply", "Declare resources: show what changes, then change it.\n\nExample: orrery apply -f samples/flights/resources") { files, dryRun };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var documents = await ResourceFiles.ReadAsync(parsed.GetRequiredValue(files), cancellationToken);
            var result = parsed.GetValue(dryRun)
                ? await orrery.Resources.DryRunAsync(documents.Yaml, documents.Origin, cancellationToken)
                : await orrery.Resources.ApplyAsync(documents.Yaml, documents.Origin, cancellationToken);
            output.Write(parsed, result, Show);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table Show(ApplyResult result)
    {
        var table = OutputOption.Columns("RESOURCE", "CHANGE", "VERSION");
        foreach (var change in result.Changes)
        {
            var colour = change.Action switch { "created" => "green", "updated" => "yellow", _ => "grey" };
            table.AddRow(
                Markup.Escape($"{change.Kind}/{change.Name}"), $"[{colour}]{(result.DryRun ? "would be " : "")}{change.Action}[/]",
                change.Version?.ToString(CultureInfo.InvariantCulture) ?? "");
            foreach (var difference in change.Action == "updated" ? change.Differences : [])
                table.AddRow("", Markup.Escape($"  {difference.Path}: {difference.Before ?? "nothing"} → {difference.After ?? "nothing"}"), "");
        }

        return table;
    }
}

/// <summary>The YAML of files and folders as one text, so that references between them are checked together.</summary>
internal static class ResourceFiles
{
    public static async Task<(string Yaml, string Origin)> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var paths = arguments.SelectMany(Expand).ToList();
        if (paths.Count == 0)
            throw new InvalidException($"Found no .yaml or .yml file in {string.Join(", ", arguments)}.");
        var texts = new List<string>(paths.Count);
        foreach (var path in paths)
            texts.Add(path == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken));
        return (string.Join("\n---\n", texts), paths.Count == 1 ? paths[0] : $"{paths.Count} files");
    }

    private static IEnumerable<string> Expand(string argument)
    {
        if (argument == "-" || File.Exists(argument))
            return [argument];
        if (Directory.Exists(argument))
        {
            return Directory.EnumerateFiles(argument, "*.*", SearchOption.AllDirectories)
                .Where(path => Path.GetExtension(path) is ".yaml" or ".yml").Order(StringComparer.Ordinal);
        }

        throw new InvalidException($"There is no file or folder '{argument}'.");
    }
}
