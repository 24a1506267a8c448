using System.Text;
using Orrery.Kernel;
using Orrery.Platform.Signals;
using Orrery.Serving.Predictions;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Predictions;

public sealed class PredictionTests
{
    [Fact]
    public async Task Features_are_looked_up_by_the_entity_key()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var model = new TestModel();
        await serving.DeployAsync(model);
        Assert.Equal(model.Probability("ATL", 8, 0.4), (await serving.PredictAsync("ATL", 8)).Score, 1e-6);
        Assert.Equal(model.Probability("SFO", 8, -0.3), (await serving.PredictAsync("SFO", 8)).Score, 1e-6);
    }

    [Fact]
    public async Task A_feature_that_is_sent_is_not_looked_up()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var model = new TestModel();
        await serving.DeployAsync(model);
        await using var prediction = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Text(prediction, "origin", "ATL");
        Number(prediction, "hour", 8);
        Number(prediction, "delay", 2);
        await prediction.ScoreAsync();
        Assert.Equal(model.Probability("ATL", 8, 2), prediction.Score(0), 1e-6);
        Assert.Equal(0, serving.Features.Reads);
    }

    [Fact]
    public async Task What_was_answered_can_be_found_with_the_inputs_that_made_it()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        var (score, _) = await serving.PredictAsync("ATL", 8, id: "flight-1");
        var logged = Assert.Single(await serving.Predictions.FindAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "flight-1"));
        Assert.Equal((score, 1, "champion", true), (logged.Score, logged.Version, logged.Arm, logged.Served));
        Assert.Equal(0.4, logged.Features["delay"]);
        Assert.Equal(8, logged.Features["hour"]);
        Assert.Equal("ATL", logged.Keys["airport"]);
        Assert.Equal("ATL", logged.Keys["origin"]);
    }

    [Fact]
    public async Task Old_predictions_are_found_in_the_files_of_the_stream()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await serving.PredictAsync("SFO", 3, id: "the-first");
        for (var i = 0; i < 4200; i++)
            await serving.PredictAsync("ATL", i % 24);
        var logged = Assert.Single(await serving.Predictions.FindAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "the-first"));
        Assert.Equal("SFO", logged.Keys["origin"]);
        await Assert.ThrowsAsync<NotFoundException>(() => serving.Predictions.FindAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "never"));
    }

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest_without_a_gap()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        for (var i = 0; i < 25; i++)
            await serving.PredictAsync("ATL", 1, id: $"p{i}");
        await serving.Predictions.FlushAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await serving.Predictions.ListAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, new(10, cursor));
            seen.AddRange(page.Items.Select(item => item.Id));
            if ((cursor = page.Next) is null)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"p{i}"), seen);
    }

    [Fact]
    public async Task Rows_of_a_batch_have_ids_of_their_own()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var model = new TestModel();
        await serving.DeployAsync(model);
        await using (var prediction = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint))
        {
            prediction.Id = "batch";
            Text(prediction, "airport", "ATL", "SFO", "ATL");
            Text(prediction, "origin", "ATL", "SFO", "SFO");
            Number(prediction, "hour", 1, 2, 3);
            await prediction.ScoreAsync();
            Assert.Equal(model.Probability("SFO", 3, 0.4), prediction.Score(2), 1e-6);
            prediction.Answered();
        }

        var logged = Assert.Single(await serving.Predictions.FindAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "batch:1"));
        Assert.Equal(2, logged.Features["hour"]);
    }

    [Fact]
    public async Task A_request_sees_nothing_of_the_request_before_it()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await serving.PredictAsync("ATL", 8);
        await using var second = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Number(second, "hour", 8);
        var error = await Assert.ThrowsAsync<InvalidException>(() => second.ScoreAsync().AsTask());
        Assert.Contains("'origin'", error.Message);
    }

    [Fact]
    public async Task A_warm_prediction_allocates_nothing_on_its_way()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        long allocated = 0;
        for (var i = 0; i < 300; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Predict(serving);
            if (i >= 200)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            // The log gives the request's object back, as it does between requests of a real load.
            await serving.Predictions.FlushAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        }

        // The two keys' UTF-8 bytes, which this test makes itself, and what the queue and the pool need when they grow by a segment.
        // Without optimisation the compiler makes the state machines of the three async methods classes.
#if DEBUG
        const int Allowed = 640;
#else
        const int Allowed = 100;
#endif
        Assert.InRange(allocated / 100, 0, Allowed);
    }

    [Fact]
    public async Task Labels_are_appended_whole_or_not_at_all()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.Predictions.LabelAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, [new("a", 1), new("b", 0)]);
        await Assert.ThrowsAsync<InvalidException>(() =>
            serving.Predictions.LabelAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, [new("c", 1), new("", 1), new("d", double.NaN)]));
        Assert.Equal(2, serving.Platform.Signals.Find(LabelStream.Name(ServingPlatform.Endpoint))!.End);
    }

    // All of it completes on the calling thread, so the allocations are the thread's.
    private static void Predict(ServingPlatform serving)
    {
        var prediction = serving.Ask("ATL", 8, "always the same");
        Assert.True(prediction.ScoreAsync().AsTask().IsCompletedSuccessfully);
        prediction.Answered();
        Assert.True(prediction.DisposeAsync().AsTask().IsCompletedSuccessfully);
    }

    private static void Text(Prediction prediction, string input, params string[] values)
    {
        prediction.BeginInput(Encoding.UTF8.GetBytes(input), [values.Length, 1]);
        for (var i = 0; i < values.Length; i++)
            prediction.SetText(i, Encoding.UTF8.GetBytes(values[i]));
    }

    private static void Number(Prediction prediction, string input, params double[] values)
    {
        prediction.BeginInput(Encoding.UTF8.GetBytes(input), [values.Length, 1]);
        for (var i = 0; i < values.Length; i++)
            prediction.SetNumber(i, values[i]);
    }
}
