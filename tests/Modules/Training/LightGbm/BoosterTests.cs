using Orrery.Kernel;
using Orrery.Statistics.Metrics;
using Orrery.Training.LightGbm;
using Xunit;

namespace Orrery.Training.Tests.LightGbm;

public sealed class BoosterTests
{
    private static readonly Flowers Training = Flowers.Make(2_000, seed: 1);
    private static readonly Flowers Validation = Flowers.Make(500, seed: 2);

    [Fact]
    public void The_same_seed_and_data_give_the_same_model_to_the_byte()
    {
        Assert.Equal(Train(seed: 7).Model, Train(seed: 7).Model);
        Assert.NotEqual(Train(seed: 7).Model, Train(seed: 8).Model);
    }

    [Fact]
    public void The_number_of_threads_does_not_change_the_trees()
    {
        static string Trees(string model) => model[..model.IndexOf("parameters:", StringComparison.Ordinal)];

        Assert.Equal(Trees(Train(threads: 1).Model), Trees(Train(threads: 2).Model));
    }

    [Fact]
    public void One_binned_dataset_serves_many_trainings_and_gives_what_a_fresh_one_gives()
    {
        var parameters = Flowers.Parameters();
        using var shared = Training.Bin(parameters);
        BoosterTraining.Train(shared, null, Flowers.Parameters().Set("num_leaves", 4).Set("min_data_in_leaf", 200), new(5, null, MetricDirection.HigherIsBetter));
        var second = BoosterTraining.Train(shared, null, parameters, new(5, null, MetricDirection.HigherIsBetter));
        using var fresh = Training.Bin(parameters);
        var alone = BoosterTraining.Train(fresh, null, parameters, new(5, null, MetricDirection.HigherIsBetter));

        Assert.Equal(alone.Model, second.Model);
    }

    [Fact]
    public void Early_stopping_keeps_the_trees_up_to_the_best_iteration()
    {
        var metrics = new List<double>();
        var trained = Train(iterations: 500, earlyStopping: 5, onRound: (_, metric) =>
        {
            metrics.Add(metric);
            return RoundVerdict.Continue;
        });

        Assert.True(metrics.Count < 500);
        Assert.Equal(metrics.Max(), trained.BestMetric);
        Assert.Equal(metrics.IndexOf(metrics.Max()) + 1, trained.BestIteration);
        Assert.Equal(trained.BestIteration + 5, metrics.Count);
        using var booster = Booster.Load(trained.Model);
        Assert.Equal(trained.BestIteration, booster.Iterations);
    }

    [Fact]
    public void A_watcher_can_stop_it_and_a_token_can_cancel_it_between_two_trees()
    {
        var rounds = 0;
        Train(iterations: 50, onRound: (iteration, _) => (rounds = iteration) == 3 ? RoundVerdict.Stop : RoundVerdict.Continue);
        Assert.Equal(3, rounds);

        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(iterations: 50, cancellationToken: source.Token, onRound: (iteration, _) =>
        {
            rounds = iteration;
            if (iteration == 4)
                source.Cancel();
            return RoundVerdict.Continue;
        }));
        Assert.Equal(4, rounds);
    }

    [Fact]
    public void Probabilities_are_the_logistic_function_of_raw_scores_and_separate_the_classes()
    {
        using var booster = Booster.Load(Train().Model);
        var probabilities = booster.Predict(Validation.Values);
        var raw = booster.Predict(Validation.Values, BoosterOutput.Raw);

        Assert.All(Enumerable.Range(0, Validation.Rows), row => Assert.Equal(1 / (1 + Math.Exp(-raw[row])), probabilities[row], 12));
        Assert.True(probabilities.Zip(Validation.Label).Average(p => p.First > 0.5 == p.Second > 0.5 ? 1 : 0) > 0.9);
    }

    [Fact]
    public void Contributions_add_up_to_the_raw_score_in_every_row()
    {
        using var booster = Booster.Load(Train().Model);
        var raw = booster.Predict(Validation.Values, BoosterOutput.Raw);
        var contributions = booster.Predict(Validation.Values, BoosterOutput.Contribution);
        var width = booster.Columns + 1;

        Assert.Equal(Validation.Rows * width, contributions.Length);
        Assert.All(Enumerable.Range(0, Validation.Rows), row => Assert.Equal(raw[row], contributions.AsSpan(row * width, width).ToArray().Sum(), 9));
    }

    [Fact]
    public void Leaves_are_one_a_tree()
    {
        using var booster = Booster.Load(Train(iterations: 6).Model);

        Assert.Equal(Validation.Rows * booster.Iterations, booster.Predict(Validation.Values, BoosterOutput.Leaf).Length);
    }

    [Fact]
    public void Importance_ranks_the_strongest_column_first_and_noise_last()
    {
        using var booster = Booster.Load(Train().Model);
        var gain = booster.Importance(ImportanceKind.Gain);

        Assert.Equal(0, Array.IndexOf(gain, gain.Max()));
        Assert.Equal(3, Array.IndexOf(gain, gain.Min()));
    }

    [Fact]
    public void A_saved_model_predicts_the_same_after_it_is_loaded_and_saves_the_same_trees()
    {
        using var once = Booster.Load(Train().Model);
        using var twice = Booster.Load(once.Save());

        Assert.Equal(once.Predict(Validation.Values), twice.Predict(Validation.Values));
    }

    [Fact]
    public void Weights_move_the_model()
    {
        var parameters = Flowers.Parameters();
        using var plain = Training.Bin(parameters);
        using var weighted = Training.Bin(parameters);
        weighted.SetWeights([.. Training.Label.Select(l => l > 0 ? 10f : 1f)]);
        using var even = Booster.Load(BoosterTraining.Train(plain, null, parameters, new(10, null, MetricDirection.HigherIsBetter)).Model);
        using var positive = Booster.Load(BoosterTraining.Train(weighted, null, parameters, new(10, null, MetricDirection.HigherIsBetter)).Model);

        Assert.True(positive.Predict(Validation.Values).Average() > even.Predict(Validation.Values).Average() + 0.1);
    }

    [Fact]
    public void Groups_train_a_ranking()
    {
        var parameters = LightGbmParameters.Reproducible(1, 2).Set("objective", "lambdarank").Set("metric", "ndcg").Set("eval_at", 5);
        using var training = Training.Bin(parameters);
        training.SetGroups([.. Enumerable.Repeat(20, 100)]);
        using var validation = Validation.Bin(parameters, training);
        validation.SetGroups([.. Enumerable.Repeat(20, 25)]);
        var trained = BoosterTraining.Train(training, validation, parameters, new(20, null, MetricDirection.HigherIsBetter));

        Assert.InRange(trained.BestMetric, 0.95, 1);
    }

    [Fact]
    public void Bad_input_is_refused_before_it_reaches_native_code()
    {
        var parameters = Flowers.Parameters();

        Assert.Throws<InvalidException>(() => LightGbmDataset.Create([], Flowers.Names, [], parameters));
        Assert.Throws<ArgumentException>(() => LightGbmDataset.Create(new float[7], Flowers.Names, new float[2], parameters));
        Assert.Throws<InvalidException>(() => Booster.Load("not a model"));
        Assert.Throws<ArgumentException>(() => parameters.Set("objective", "binary num_threads=64"));
        using var booster = Booster.Load(Train().Model);
        Assert.Throws<ArgumentException>(() => booster.Predict(new float[5]));
        Assert.Empty(booster.Predict([]));
    }

    [Fact]
    public void A_refusal_of_the_native_library_says_what_it_said()
    {
        using var dataset = Training.Bin(Flowers.Parameters());
        var refusal = Assert.Throws<OrreryException>(() => dataset.SetGroups([1, 2, 3]));

        Assert.StartsWith("LightGBM: ", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length > 20, refusal.Message);
    }

    [Fact]
    public void Awkward_column_names_are_made_safe_and_stay_different()
    {
        var names = FeatureNames.Native(["origin=ATL", "a b", "a:b", "a,b", "größe"]);

        Assert.Equal("origin=ATL", names[0]);
        Assert.Equal(names.Length, names.Distinct().Count());
        using var dataset = LightGbmDataset.Create(Training.Values, ["a b", "a:b", "\"", "größe"], Training.Label, Flowers.Parameters());
        Assert.Equal(4, dataset.Columns);
    }

    private static TrainedBooster Train(
        int seed = 7, int threads = 2, int iterations = 40, int? earlyStopping = null, Func<int, double, RoundVerdict>? onRound = null,
        CancellationToken cancellationToken = default)
    {
        var parameters = Flowers.Parameters(seed, threads);
        using var training = Training.Bin(parameters);
        using var validation = Validation.Bin(parameters, training);
        return BoosterTraining.Train(training, validation, parameters, new(iterations, earlyStopping, MetricDirection.HigherIsBetter), onRound, cancellationToken);
    }
}
