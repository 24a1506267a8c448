using System.CommandLine;
using System.Text.Json;
using Orrery.Client;
using Spectre.Console;

namespace Orrery.Cli.Output;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,
    /// <summary>For programs.</summary>
    Json,
    /// <summary>For both; what <c>orrery apply</c> reads.</summary>
    Yaml,
}

/// <summary>The option <c>-o</c> and the writing.</summary>
internal sealed class OutputOption
{
    private readonly Option<OutputFormat> _format = new("--output", "-o") { Description = "table, json or yaml", DefaultValueFactory = _ => OutputFormat.Table };

    private Option<bool>? _json;

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        if (_json is not null)
            command.Options.Add(_json);
    }

    /// <summary>The chosen format.</summary>
    public OutputFormat Of(ParseResult parsed) => _json is not null && parsed.GetValue(_json) ? OutputFormat.Json : parsed.GetValue(_format);

    /// <summary>Also takes <c>--json</c> for <c>-o json</c>.</summary>
    public OutputOption WithJson()
    {
        _json = new("--json") { Description = "The same as -o json" };
        return this;
    }

    /// <summary>Writes <paramref name="value"/> as asked; <paramref name="table"/> is made only when it is wanted.</summary>
    public void Write<T>(ParseResult parsed, T value, Func<T, Table> table)
    {
        switch (Of(parsed))
        {
            case OutputFormat.Json:
                Console.WriteLine(JsonSerializer.Serialize(value, Indented));
                break;
            case OutputFormat.Yaml:
                Console.Write(YamlText.Of(JsonSerializer.SerializeToElement(value, OrreryClient.Json)));
                break;
            default:
                AnsiConsole.Write(table(value));
                break;
        }
    }

    /// <summary>A table in the house's style.</summary>
    public static Table Columns(params string[] names)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var name in names)
            table.AddColumn(new TableColumn($"[grey]{name}[/]").PadRight(3).NoWrap());
        return table;
    }

    private static JsonSerializerOptions Indented { get; } = new(OrreryClient.Json) { WriteIndented = true };
}
