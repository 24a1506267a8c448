using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Kernel;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery logs RUN [--follow]</c>: what a run says.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        var which = new Argument<string>("run") { Description = "The id of a run" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until the run has ended" };
        var times = new Option<bool>("--times", "-t") { Description = "Write the time before each line" };
        var command = new Command("logs", "Show what a run says, line by line.\n\nExample: orrery logs 01a20ae2239473daacdf76a6165f67c9 --follow") { which, follow, times };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var text = parsed.GetRequiredValue(which);
            var run = RunId.TryParse(text, out var id) ? id : throw new InvalidException($"Expected a run's id of 32 hexadecimal digits, got '{text}'.");
            for (var from = 0L; ;)
            {
                var part = await orrery.Runs.LinesAsync(run, from, parsed.GetValue(follow) ? TimeSpan.FromSeconds(15) : TimeSpan.Zero, cancellationToken);
                foreach (var line in part.Lines)
                    Console.WriteLine(parsed.GetValue(times) ? string.Create(CultureInfo.InvariantCulture, $"{line.Time:yyyy-MM-dd HH:mm:ss.fff}  {PlainText.Of(line.Text)}") : PlainText.Of(line.Text));
                if (part.Ended || (part.Lines.Count == 0 && !parsed.GetValue(follow)))
                    return ExitCode.Ok;
                from = part.Next;
            }
        });
        return command;
    }
}
