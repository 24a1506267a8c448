using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Kernel;
using Orrery.Language.Learning;
using Spectre.Console;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm scaling-law RUNS.csv</c>: how loss falls with size and data.</summary>
internal static class ScalingLawCommand
{
    private static readonly string[] Header = ["parameters", "tokens", "loss"];

    public static Command Create()
    {
        var runs = new Argument<FileInfo>("runs") { Description = "A CSV file with the columns parameters, tokens, loss (nats a token)" };
        var resamples = new Option<int>("--resamples") { Description = "Fits to runs drawn again, for the intervals", DefaultValueFactory = _ => 100 };
        resamples.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 10 or > 10_000)
                result.AddError("--resamples takes 10 to 10,000.");
        });
        var seed = new Option<int>("--seed") { Description = "Of the draws", DefaultValueFactory = _ => 1 };
        var flops = new Option<double?>("--flops") { Description = "Operations that a training may take: which size and how much data are best" };
        flops.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value > 0 && double.IsFinite(value)))
                result.AddError("--flops takes a positive number: 1e21.");
        });
        var output = new OutputOption().WithJson();
        var command = new Command("scaling-law", "Fit L(N, D) = E + A/N^alpha + B/D^beta to finished training runs (Hoffmann et al. 2022), with 80 % bootstrap intervals.\n\nExample: orrery lm scaling-law runs.csv --flops 1e21") { runs, resamples, seed, flops };
        output.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var table = Parse(await LocalModel.TextAsync(parsed.GetRequiredValue(runs), cancellationToken));
            var fit = ScalingLaw.FitWithIntervals(table, parsed.GetValue(resamples), parsed.GetValue(seed));
            var best = parsed.GetValue(flops) is { } budget ? Optimum(fit.Law, budget) : null;
            output.Write(parsed, new Answer(table.Count, fit, best), Show);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static List<ScalingRun> Parse(string csv)
    {
        var lines = csv.ReplaceLineEndings("\n").Split('\n');
        var names = lines[0].Split(',').Select(name => name.Trim().ToLowerInvariant()).ToList();
        var places = Header.Select(name => names.IndexOf(name)).ToList();
        if (places.Contains(-1))
            throw new InvalidException($"Expected the columns {string.Join(", ", Header)} in the first line, got '{lines[0]}'.");
        var runs = new List<ScalingRun>();
        for (var line = 1; line < lines.Length; line++)
        {
            if (string.IsNullOrWhiteSpace(lines[line]))
                continue;
            var cells = lines[line].Split(',');
            double Cell(int column) => places[column] < cells.Length && double.TryParse(cells[places[column]], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new InvalidException($"Line {line + 1} has no number for {Header[column]}: '{lines[line]}'.");
            runs.Add(new(Cell(0), Cell(1), Cell(2)));
        }

        return runs;
    }

    private static BestRun Optimum(ScalingLaw law, double flops)
    {
        var (parameters, tokens) = law.Optimum(flops);
        return new(flops, parameters, tokens, law.Predict(parameters, tokens));
    }

    private static Table Show(Answer answer)
    {
        var table = OutputOption.Columns("", "VALUE", "80 % OF FITS");
        void Add(string what, double value, Interval interval) => table.AddRow(what, Number(value), $"{Number(interval.Low)} to {Number(interval.High)}");
        var (law, fit) = (answer.Fit.Law, answer.Fit);
        Add("E, what stays", law.Irreducible, fit.Irreducible);
        Add("A", law.A, fit.A);
        Add("alpha, of the size", law.Alpha, fit.Alpha);
        Add("B", law.B, fit.B);
        Add("beta, of the data", law.Beta, fit.Beta);
        Add("best size grows with operations to the power", law.Beta / (law.Alpha + law.Beta), fit.SizeExponent);
        if (answer.Best is { } best)
        {
            table.AddRow(string.Create(CultureInfo.InvariantCulture, $"best for {best.Flops:0.##E+0} operations"), Markup.Escape($"{Number(best.Parameters)} parameters, {Number(best.Tokens)} tokens"), $"loss {Number(best.Loss)}");
        }

        return table;
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) is >= 1e5 or < 1e-3 ? "0.###E+0" : "0.####", CultureInfo.InvariantCulture);

    private sealed record Answer(int Runs, ScalingLawFit Fit, BestRun? Best);

    private sealed record BestRun(double Flops, double Parameters, double Tokens, double Loss);
}
