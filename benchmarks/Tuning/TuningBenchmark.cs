using System.Diagnostics;
using System.Globalization;
using Orrery.Benchmarks.Reporting;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Benchmarks.Tuning;

/// <summary>
/// How many trials a second TPE proposes and learns from, in memory and on one thread, over a study of 10,000 trials and 20 parameters; and whether the last tenth costs as much as the second.
/// Beside it Optuna's TPE (Debian's <c>python3-optuna</c>) over the first 1,000 trials of the same, since its cost grows with the study.
/// </summary>
internal sealed class TuningBenchmark : IBenchmark
{
    private const string Part = "tpe";
    private const int Parameters = 20;
    private const int Tenths = 10;

    public string Name => "tuning";

    public string Summary => "trials a second of TPE, beside Optuna's";

    public IReadOnlyList<string> Parts { get; } = [Part];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        var trials = context.Scale.IsQuick ? 500 : 10_000;
        context.Report.Say($"TPE over {trials:N0} trials of {Parameters} parameters, each round …");
        Ours(trials / Tenths, 0);
        var (ours, theirs) = await Samples.InTurnAsync(
            Math.Min(3, context.Scale.Rounds), round => Task.FromResult<double[]?>(Ours(trials, round)), round => OptunaAsync(trials / Tenths, round, cancellationToken));
        List<double> last = [.. ours.Select(tenths => tenths![^1])];
        context.Report.Add(new("tpe/flat", "trials/s", "its own second tenth", last, [.. ours.Select(tenths => tenths![1])], Goal.RatioAtLeast(0.8)));
        if (theirs.All(rates => rates is not null))
            context.Report.Add(new("tpe/throughput", "trials/s", "Optuna's first 1,000 trials", last, [.. theirs.Select(rates => rates![0])], Goal.AtLeast(500, "trials/s")));
        else
            context.Report.LeaveOut("tpe/throughput", "python3-optuna is not there ('apt-get install python3-optuna' brings it)");
    }

    // Trials a second, by tenths of the study.
    private static double[] Ours(int trials, int seed)
    {
        var study = new Study(
            new SearchSpace([.. Enumerable.Range(0, Parameters).Select(i => ParameterSpec.Float(string.Create(CultureInfo.InvariantCulture, $"x{i}"), 0, 1))]),
            new StudyOptions { Seed = (ulong)seed });
        var tenths = new double[Tenths];
        for (var tenth = 0; tenth < Tenths; tenth++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < trials / Tenths; i++)
            {
                var trial = study.Ask();
                study.Tell(trial.Number, trial.Parameters.Values.Sum(x => (x.Number - 0.3) * (x.Number - 0.3)));
            }

            tenths[tenth] = trials / Tenths / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        return tenths;
    }

    // Null where Python or Optuna is not there.
    private static async Task<double[]?> OptunaAsync(int trials, int seed, CancellationToken cancellationToken)
    {
        const string Python = "/usr/bin/python3";
        if (!File.Exists(Python))
            return null;
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Tuning", "Peers", "optuna_peer.py"), .. new[] { trials, Parameters, seed }.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var said = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await said;
        return process.ExitCode == 0 ? [.. (await output).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))] : null;
    }
}
