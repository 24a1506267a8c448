using Orrery.Kernel;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Trainers;

public sealed class TrainerKindTests
{
    [Theory]
    [InlineData("\"trials\": 3", "\"trials\": -1", "trials")]
    [InlineData("\"trials\": 3", "\"trialz\": 3", "trialz")]
    [InlineData("\"sample\": 0.5", "\"sample\": 0", "sample")]
    [InlineData("\"sample\": 0.5", "\"metric\": \"auc\"", "roc_auc")]
    [InlineData("\"name\": \"numLeaves\", \"kind\"", "\"name\": \"numLeafs\", \"kind\"", "did you mean 'numLeaves'")]
    [InlineData("\"numIterations\": 40", "\"numIterations\": 0", "numIterations")]
    [InlineData("\"numIterations\": 40", "\"iterations\": 40", "iterations")]
    [InlineData("\"lightgbm\"", "\"xgboost\"", "lightgbm")]
    [InlineData("\"label\": \"late\"", "\"label\": \"city\"", "is the label")]
    [InlineData("\"seed\": 5", "\"seed\": -1", "seed")]
    [InlineData("\"seed\": 5", "\"split\": { \"validation\": 0.6, \"test\": 0.5 }", "split")]
    [InlineData("\"seed\": 5", "\"split\": { \"testFrom\": \"2024-01-01T00:00:00Z\" }", "validationFrom")]
    [InlineData("\"inputs\": [\"city\"]", "\"inputs\": [\"citty\"]", "transform/steps/0/inputs/0")]
    [InlineData("\"low\": 3, \"high\": 15", "\"low\": 30, \"high\": 15", "space")]
    public async Task A_trainer_that_is_wrong_is_refused_when_it_is_applied(string right, string wrong, string named)
    {
        await using var platform = await StartAsync();
        var spec = Trainer.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Trainer, spec);

        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.ApplyAsync(spec));
        Assert.Contains(named, refusal.Message + string.Join(' ', refusal.Errors.Select(e => $"{e.Key}: {e.Value}")), StringComparison.Ordinal);
    }
}
