using Orrery.Training.LightGbm;

namespace Orrery.Training.Tests.LightGbm;

/// <summary>Two classes that overlap, three useful columns with missing values and one of noise; made from a seed.</summary>
internal sealed record Flowers(float[] Values, float[] Label)
{
    public static readonly string[] Names = ["petal", "sepal", "stem", "noise"];

    public int Rows => Label.Length;

    public static Flowers Make(int rows, int seed)
    {
        var random = new Random(seed);
        var values = new float[rows * Names.Length];
        var label = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var at = values.AsSpan(row * Names.Length, Names.Length);
            for (var column = 0; column < at.Length; column++)
                at[column] = (float)(random.NextDouble() * 2 - 1);
            var score = 2 * at[0] - at[1] + (at[2] > 0.2f ? 1 : -1) + 0.8 * (random.NextDouble() - 0.5);
            label[row] = score > 0 ? 1 : 0;
            if (random.Next(10) == 0)
                at[1] = float.NaN;
        }

        return new(values, label);
    }

    public LightGbmDataset Bin(LightGbmParameters parameters, LightGbmDataset? reference = null) =>
        LightGbmDataset.Create(Values, Names, Label, parameters, reference);

    public static LightGbmParameters Parameters(int seed = 7, int threads = 2) => LightGbmParameters.Reproducible(seed, threads)
        .Set("objective", "binary").Set("metric", "auc").Set("num_leaves", 15).Set("feature_pre_filter", "false")
        .Set("bagging_fraction", 0.8).Set("bagging_freq", 1);
}
