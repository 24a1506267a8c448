using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Import.Vectors;
using Orrery.Import.Vectors.Chroma;
using Orrery.Import.Vectors.Files;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary>The commands below <c>orrery import</c> that bring collections of vectors.</summary>
internal static class ImportVectors
{
    private static readonly string[] Distances = ["Cosine", "Dot", "Euclid", "Manhattan"];

    public static Command Qdrant()
    {
        var address = new Argument<string>("address") { Description = "The server's address, such as http://qdrant.internal:6333" };
        var (collections, key) = (Collections(), Key());
        return Reading(
            new("qdrant", "Collections of a running Qdrant: vectors of every sort, payload, its indexes, aliases. Points keep their ids.") { address, collections, key },
            (parsed, http) => new QdrantServer(http, Address(parsed.GetRequiredValue(address)), Secret(parsed, key), parsed.GetValue(collections)));
    }

    public static Command Chroma()
    {
        var place = new Argument<string>("from") { Description = "A server's address, such as http://chroma.internal:8000, or the folder of a Chroma that does not run" };
        var (collections, key) = (Collections(), Key());
        return Reading(
            new("chroma", $"Collections of Chroma: documents become the payload field 'document', ids that are no numbers or UUIDs the field '{VectorImport.SourceId}'.") { place, collections, key },
            (parsed, http) => parsed.GetRequiredValue(place) is var from && from.StartsWith("http", StringComparison.Ordinal) && !Directory.Exists(from)
                ? new ChromaServer(http, Address(from), Secret(parsed, key), parsed.GetValue(collections)) : new ChromaFolder(from, parsed.GetValue(collections)));
    }

    public static Command Pgvector()
    {
        var connection = new Argument<string>("connection") { Description = "postgresql://user@host/database or 'Host=…;Database=…;Username=…'; the password may come from PGPASSWORD" };
        var table = new Argument<string>("table") { Description = "The table, with its schema where needed" };
        var (id, vector, distance) = (Column("--id", "ids. Default: the primary key"), Column("--vector", "vectors. Default: the only one there is"), Distance("the one that an index of the column was made for, else Cosine"));
        return Reading(
            new("pgvector", "A PostgreSQL table with a column of pgvector's. Every other column becomes a payload field.") { connection, table, id, vector, distance },
            (parsed, _) => new PgvectorTable(parsed.GetRequiredValue(connection), new(parsed.GetRequiredValue(table), parsed.GetValue(id), parsed.GetValue(vector), parsed.GetValue(distance))));
    }

    public static Command Files()
    {
        var file = new Argument<string>("file") { Description = $"A Parquet file with a column of lists of floats, or one of {string.Join(", ", VectorArrayFile.Extensions)}" };
        var (id, vector, distance) = (Column("--id", "ids, of Parquet. Default: id, else the rows' positions"), Column("--vector", "vectors, of Parquet. Default: the only one there is"), Distance("Cosine"));
        return Reading(
            new("vectors", "Vectors from a file. Other columns of a Parquet file become payload fields.") { file, id, vector, distance },
            (parsed, _) => parsed.GetRequiredValue(file) is var path && Path.GetExtension(path).Equals(".parquet", StringComparison.OrdinalIgnoreCase)
                ? new ParquetVectors(path, new(parsed.GetValue(distance) ?? Distances[0], parsed.GetValue(id), parsed.GetValue(vector))) : new VectorArrayFile(path, parsed.GetValue(distance) ?? Distances[0]));
    }

    private static Option<string[]> Collections() => new("--collection") { Description = "Only this collection; may stand several times. Default: all", AllowMultipleArgumentsPerToken = false };

    private static Option<string?> Key() => new("--api-key") { Description = "The key of the server to read from. Default: ORRERY_SOURCE_KEY" };

    private static string? Secret(ParseResult parsed, Option<string?> key) => parsed.GetValue(key) ?? Environment.GetEnvironmentVariable("ORRERY_SOURCE_KEY");

    private static Option<string?> Column(string name, string what) => new(name) { Description = $"The column of {what}" };

    private static Option<string?> Distance(string fallback)
    {
        var option = new Option<string?>("--distance") { Description = $"By what vectors are compared: {string.Join(", ", Distances)}. Default: {fallback}" };
        option.AcceptOnlyFromAmong(Distances);
        return option;
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address! : throw new InvalidException($"Expected an address such as http://host:6333, got '{text}'.");

    private static Command Reading(Command command, Func<ParseResult, HttpClient, IVectorSource> open)
    {
        var name = new Option<string?>("--as") { Description = "The collection's name here. Default: its name there" };
        var output = new OutputOption();
        command.Options.Add(name);
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(2) }; // of one page
            await using var source = open(parsed, http);
            var report = await Progressing.ShowAsync<VectorImportReport, VectorImportReport>(
                "Importing points …", now => string.Create(CultureInfo.InvariantCulture, $"{now.Points:N0} points"), progress => new VectorImport(orrery).BringAsync(source, parsed.GetValue(name), progress, cancellationToken));
            output.Write(parsed, report, Show);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table Show(VectorImportReport report)
    {
        var table = OutputOption.Columns("IMPORTED", "");
        foreach (var (what, count) in new[] { ("collections", report.Collections), ("points", report.Points), ("payload indexes", report.Indexes), ("aliases", report.Aliases) })
        {
            if (count > 0 || what == "points")
                table.AddRow(what, count.ToString("N0", CultureInfo.InvariantCulture));
        }

        foreach (var (what, count) in report.Left)
            table.AddRow($"[yellow]left behind:[/] {Markup.Escape(what)}", count.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }
}
