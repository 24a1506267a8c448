using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Import.Vectors;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery export collection NAME FILE</c>: what a collection holds, for other tools.</summary>
internal static class ExportCommand
{
    public static Command Create() => new("export", "Write what the server holds into a file that other tools read.") { Collection() };

    private static Command Collection()
    {
        var name = new Argument<string>("name") { Description = "The collection" };
        var file = new Argument<string>("file") { Description = "The Parquet file to write; one that is there is replaced" };
        var output = new OutputOption();
        var command = new Command("collection", "Write a collection's points into a Parquet file: id, vectors, payload as JSON. 'orrery import vectors FILE' reads it back.") { name, file };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!Path.GetExtension(path).Equals(".parquet", StringComparison.OrdinalIgnoreCase))
                throw new InvalidException($"Expected a file that ends with .parquet, got '{path}'.");
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw new InvalidException($"There is no folder '{folder}'.");
            var points = await Progressing.ShowAsync<long, long>(
                "Exporting …", count => string.Create(CultureInfo.InvariantCulture, $"{count:N0} points"),
                progress => new CollectionExport(orrery).WriteAsync(parsed.GetRequiredValue(name), path, progress, cancellationToken));
            output.Write(parsed, new Exported(path, points, new FileInfo(path).Length), exported =>
            {
                var table = OutputOption.Columns("FILE", "POINTS", "BYTES");
                table.AddRow(exported.File, exported.Points.ToString("N0", CultureInfo.InvariantCulture), exported.Bytes.ToString("N0", CultureInfo.InvariantCulture));
                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private sealed record Exported(string File, long Points, long Bytes);
}
