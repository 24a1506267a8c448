using System.Diagnostics;
using System.Globalization;

namespace Orrery.Benchmarks.Load;

/// <summary>What a load showed.</summary>
/// <param name="PerSecond">Requests answered a second.</param>
/// <param name="P50Ms">The median time to an answer.</param>
/// <param name="P99Ms">One in a hundred took longer.</param>
internal readonly record struct LoadFigures(double PerSecond, double P50Ms, double P99Ms);

/// <summary>The load generator wrk (https://github.com/wg/wrk), a program of the system.</summary>
internal static class Wrk
{
    /// <summary>Open connections, as the project's goals say.</summary>
    public const int Connections = 16;

    // One thread is enough for some 150,000 requests a second; more would only take cores from the server.
    private const int Threads = 1;

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? Missing => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "wrk")))
        ? null
        : "the program wrk is not installed (Debian's package wrk)";

    /// <summary>Sends the bodies of a file to an address.</summary>
    /// <param name="address">Where POSTs go.</param>
    /// <param name="bodies">A file with a body a line.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="InvalidOperationException">A request failed: what was measured then is not what was meant.</exception>
    public static async Task<LoadFigures> RunAsync(Uri address, string bodies, int seconds, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-t", Text(Threads), "-c", Text(Connections), "-d", $"{Text(seconds)}s", "--timeout", "10s",
            "-s", Path.Combine(AppContext.BaseDirectory, "Load", "predict.lua"), address.ToString(), "--", bodies,
        ];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var figures = output.Split('\n').FirstOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal))?.Split(' ');
        if (process.ExitCode != 0 || figures is null)
            throw new InvalidOperationException($"wrk ended with {process.ExitCode}: {output}{await errors}");
        var numbers = figures[1..].Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        if (numbers[4] > 0)
            throw new InvalidOperationException($"{numbers[4]} of {numbers[0]} requests to {address} failed.");
        return new(numbers[0] / (numbers[1] / 1e6), numbers[2] / 1e3, numbers[3] / 1e3);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
