using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orrery.Tests;
using Orrery.Training.LightGbm;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Xunit;

namespace Orrery.Training.Tests.LightGbm;

/// <summary>
/// Tuning on a real task: the parameters of LightGBM for real flights (<c>golden/flights.csv</c>). The median over seeds of the best value is no worse than the median that Optuna 4.1 reached with
/// the same budget on the same objective (<c>golden/reference.json</c>, made by <c>reference.py</c>); of its two ways of TPE the better.
/// </summary>
public sealed class PeerTaskTests
{
    private const int Iterations = 60;

    private static readonly string[] Columns = ["hour", "day", "distance", "origin", "destination"];

    private static readonly SearchSpace Space = new(
    [
        ParameterSpec.Float("bagging_fraction", 0.2, 1), ParameterSpec.Float("feature_fraction", 0.2, 1), ParameterSpec.Float("lambda_l2", 1e-3, 100, ParameterScale.Log),
        ParameterSpec.Float("learning_rate", 0.005, 0.5, ParameterScale.Log), ParameterSpec.Integer("min_data_in_leaf", 1, 200, ParameterScale.Log), ParameterSpec.Float("min_gain_to_split", 0, 5),
        ParameterSpec.Integer("num_leaves", 2, 128, ParameterScale.Log),
    ]);

    private static readonly Reached[] Reference = JsonSerializer.Deserialize<Reached[]>(File.ReadAllText(Golden("reference.json")))!;

    [Theory]
    [InlineData(SamplerKind.Tpe, "tpe", 80, 15)]
    [InlineData(SamplerKind.CmaEs, "cmaes", 150, 15)]
    [InlineData(SamplerKind.GaussianProcess, "gaussian process", 50, 11)]
    public void The_median_of_the_best_is_no_worse_than_Optunas(SamplerKind kind, string sampler, int trials, int seeds)
    {
        var theirs = Reference.Where(reached => reached.Sampler.StartsWith(sampler, StringComparison.Ordinal) && reached.Trials == trials).Min(reached => reached.Best.Order().ElementAt(reached.Best.Count / 2));
        using var training = Bin(3, null);
        using var validation = Bin(4, training);
        var found = new ConcurrentBag<double>();
        Parallel.For(0, seeds, seed => found.Add(Best(kind, trials, (ulong)seed, training, validation)));
        var ours = found.Order().ElementAt(seeds / 2);
        Assert.True(ours <= theirs, string.Create(CultureInfo.InvariantCulture, $"{ours} against {theirs}"));
    }

    private static double Best(SamplerKind kind, int trials, ulong seed, LightGbmDataset training, LightGbmDataset validation)
    {
        var study = new Study(Space, new StudyOptions { Seed = seed, Sampler = kind });
        for (var i = 0; i < trials; i++)
        {
            var trial = study.Ask();
            study.Tell(trial.Number, Loss(trial.Parameters, training, validation));
        }

        return study.Best!.Value!.Value;
    }

    private static double Loss(IReadOnlyDictionary<string, ParameterValue> chosen, LightGbmDataset training, LightGbmDataset validation)
    {
        var parameters = Fixed();
        foreach (var (name, value) in chosen)
        {
            if (name is "num_leaves" or "min_data_in_leaf")
                parameters.Set(name, value.Integer);
            else
                parameters.Set(name, value.Number);
        }

        using var booster = Booster.Create(training, parameters);
        booster.AddValidation(validation);
        for (var i = 0; i < Iterations && booster.Update(); i++)
        {
        }

        return booster.Evaluate(1)[0];
    }

    private static LightGbmParameters Fixed() => LightGbmParameters.Reproducible(seed: 1, threads: 1).Set("bagging_freq", 1).Set("feature_pre_filter", "false").Set("metric", "binary_logloss").Set("objective", "binary");

    private static LightGbmDataset Bin(int week, LightGbmDataset? reference)
    {
        var lines = File.ReadAllLines(Golden("flights.csv"));
        var names = lines[0].Split(',');
        var rows = lines.Skip(1).Select(line => line.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray()).Where(row => row[0] == week).ToList();
        var columns = Columns.Select(column => Array.IndexOf(names, column)).ToList();
        return LightGbmDataset.Create([.. rows.SelectMany(row => columns.Select(column => row[column]))], Columns, [.. rows.Select(row => row[^1])], Fixed(), reference);
    }

    private static string Golden(string file) => Repository.Path("tests/Modules/Training/LightGbm/golden/" + file);

    private sealed record Reached(string Sampler, int Trials, IReadOnlyList<double> Best);
}
