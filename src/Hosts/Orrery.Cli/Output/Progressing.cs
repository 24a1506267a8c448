using Spectre.Console;

namespace Orrery.Cli.Output;

/// <summary>Shows long work while it goes on.</summary>
internal static class Progressing
{
    /// <summary>
    /// Shows what <paramref name="describe"/> says of each report, without an end that would be known. On standard error, so that a table or JSON on standard output can be piped on.
    /// </summary>
    public static Task<TResult> ShowAsync<TReport, TResult>(string title, Func<TReport, string> describe, Func<IProgress<TReport>, Task<TResult>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Status().StartAsync(title, status => work(new Immediate<TReport>(report => status.Status = describe(report))));
    }
}

/// <summary>Reports at once: <see cref="Progress{T}"/> would pass it on to another thread, and the last figures came after the end.</summary>
internal sealed class Immediate<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
