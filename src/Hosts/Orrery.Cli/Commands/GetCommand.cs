using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery get KIND [NAME]</c>: reads back assets, resources and runs.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = "dataset, model, run, feature-view, pipeline, endpoint …" };
        var name = new Argument<string?>("name") { Description = "A name; all where it is left out", Arity = ArgumentArity.ZeroOrOne };
        var output = new OutputOption();
        var command = new Command("get", "Read back what exists.\n\nExamples: orrery get models\n          orrery get pipeline train-flights -o yaml\n          orrery get runs") { kind, name };
        output.AddTo(command);
        new ServerConnection().Handle(command, (parsed, orrery, cancellationToken) =>
        {
            var word = Singular(parsed.GetRequiredValue(kind));
            return (word, parsed.GetValue(name)) switch
            {
                ("run", null) => RunsAsync(parsed, output, orrery, cancellationToken),
                ("run", { } id) => RunAsync(parsed, output, orrery, id, cancellationToken),
                (_, null) => AssetsAsync(parsed, output, orrery, Kind(word), cancellationToken),
                (_, { } one) => AssetAsync(parsed, output, orrery, Kind(word), one, cancellationToken),
            };
        });
        return command;
    }

    private static string Singular(string word) => word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word;

    private static AssetKind Kind(string word) => AssetKind.TryParse(word, out var kind)
        ? kind
        : throw new InvalidException($"Expected a kind such as dataset, model or pipeline, got '{word}'.");

    private static async Task<int> AssetsAsync(ParseResult parsed, OutputOption output, OrreryClient orrery, AssetKind kind, CancellationToken cancellationToken)
    {
        var assets = new List<Asset>();
        string? cursor = null;
        do
        {
            var page = await orrery.Assets.ListAsync(kind, cursor, cancellationToken);
            assets.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);

        output.Write(parsed, assets, all =>
        {
            var table = OutputOption.Columns("NAME", "VERSIONS", "ALIASES", "CHANGED");
            foreach (var asset in all)
            {
                table.AddRow(
                    Markup.Escape(asset.Name), asset.LatestVersion.ToString(CultureInfo.InvariantCulture),
                    Markup.Escape(string.Join(", ", asset.Aliases.Select(alias => $"{alias.Key}={alias.Value}"))), Time(asset.UpdatedAt));
            }

            return table;
        });
        return ExitCode.Ok;
    }

    private static async Task<int> AssetAsync(ParseResult parsed, OutputOption output, OrreryClient orrery, AssetKind kind, string name, CancellationToken cancellationToken)
    {
        var reference = AssetRef.TryParse($"{kind}/{name}", out var found) ? found : throw new InvalidException($"'{name}' cannot be a name.");
        if (output.Of(parsed) == OutputFormat.Yaml && reference.IsLatest)
        {
            try
            {
                Console.Write(await orrery.Resources.GetYamlAsync(kind, name, cancellationToken));
                return ExitCode.Ok;
            }
            catch (InvalidException)
            {
                // A kind that is made by runs, not declared: its version is written below.
            }
        }

        var version = await orrery.Assets.GetAsync(reference, cancellationToken);
        output.Write(parsed, version, one =>
        {
            var table = OutputOption.Columns("", "").HideHeaders();
            table.AddRow("[grey]version[/]", Markup.Escape(new AssetRef(one.Kind, one.Name, one.Number).ToString()));
            table.AddRow("[grey]digest[/]", one.Digest.ToString());
            table.AddRow("[grey]made[/]", Markup.Escape($"{Time(one.CreatedAt)} by {one.CreatedBy}{(one.Run is { } run ? $" in run {run}" : "")}"));
            foreach (var (tag, value) in one.Tags)
                table.AddRow("[grey]tag[/]", Markup.Escape($"{tag}={value}"));
            table.AddRow("[grey]manifest[/]", Markup.Escape(YamlText.Of(one.Manifest).TrimEnd()));
            return table;
        });
        return ExitCode.Ok;
    }

    private static async Task<int> RunsAsync(ParseResult parsed, OutputOption output, OrreryClient orrery, CancellationToken cancellationToken)
    {
        output.Write(parsed, await orrery.Runs.ListAsync(limit: 50, cancellationToken: cancellationToken), page =>
        {
            var table = OutputOption.Columns("RUN", "KIND", "NAME", "FOLDER", "STATUS", "STARTED", "SECONDS");
            foreach (var run in page.Items)
            {
                table.AddRow(
                    run.Id.ToString(), run.Kind, Markup.Escape(run.Name), Markup.Escape(run.Folder), Status(run.Status), Time(run.StartedAt),
                    run.EndedAt is { } end ? (end - run.StartedAt).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "");
            }

            return table;
        });
        return ExitCode.Ok;
    }

    private static async Task<int> RunAsync(ParseResult parsed, OutputOption output, OrreryClient orrery, string id, CancellationToken cancellationToken)
    {
        if (!RunId.TryParse(id, out var run))
            throw new InvalidException($"Expected a run's id of 32 hexadecimal digits, got '{id}'.");
        output.Write(parsed, await orrery.Runs.GetAsync(run, cancellationToken), one =>
        {
            var table = OutputOption.Columns("", "").HideHeaders();
            table.AddRow("[grey]run[/]", Markup.Escape($"{one.Kind} {one.Name} ({one.Folder})"));
            table.AddRow("[grey]status[/]", Status(one.Status) + Markup.Escape(one.Error is null ? "" : $": {one.Error}"));
            table.AddRow("[grey]started[/]", Markup.Escape($"{Time(one.StartedAt)} by {one.Owner}"));
            table.AddRow("[grey]environment[/]", Markup.Escape($"{one.Environment.Runtime}; {one.Environment.OperatingSystem}; {one.Environment.Processor}; commit {one.Environment.CodeCommit ?? "none"}"));
            foreach (var (key, value) in one.Parameters)
                table.AddRow("[grey]parameter[/]", Markup.Escape($"{key}={value}"));
            foreach (var (key, value) in one.Metrics)
                table.AddRow("[grey]metric[/]", Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{key}={value:G6}")));
            return table;
        });
        return ExitCode.Ok;
    }

    private static string Status(string status) => status switch
    {
        "finished" => "[green]finished[/]",
        "failed" => "[red]failed[/]",
        _ => $"[yellow]{Markup.Escape(status)}[/]",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
