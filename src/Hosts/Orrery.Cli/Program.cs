using System.CommandLine;
using Orrery.Cli;
using Spectre.Console;

// A pipe has no width; tables made for 80 columns would be broken where nobody sees a screen.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

return await CommandLine.For(args).Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
