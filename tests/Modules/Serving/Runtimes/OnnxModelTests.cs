using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Serving.Runtimes;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Runtimes;

public sealed class OnnxModelTests
{
    private static readonly TextCache Texts = new();

    [Theory]
    [InlineData("ATL", 0, 0)]
    [InlineData("SFO", 17, -0.25)]
    [InlineData("", 23, 1.5)]
    public void Scores_texts_and_numbers_as_the_graph_says(string origin, double hour, double delay)
    {
        var test = new TestModel();
        using var model = Load(test);
        var binding = model.Rent(1);
        Fill(binding, 0, origin, hour, delay);
        binding.Run();
        Assert.Equal(test.Probability(origin, hour, delay), binding.Outputs[0].Number(0), 1e-6);
        Assert.Equal(test.Probability(origin, hour, delay) >= 0.5 ? 1 : 0, binding.Outputs[1].Integer(0));
        model.Return(binding);
    }

    [Fact]
    public void A_binding_that_was_used_before_gives_the_same_bits_as_a_new_one()
    {
        using var model = Load(new());
        var first = model.Rent(1);
        Fill(first, 0, "ATL", 5, 0.1);
        first.Run();
        var expected = first.Outputs[0].Number(0);
        Fill(first, 0, "SFO", 9, 0.9);
        first.Run();
        model.Return(first);

        var again = model.Rent(1);
        Assert.Same(first, again);
        Fill(again, 0, "ATL", 5, 0.1);
        again.Run();
        Assert.Equal(expected, again.Outputs[0].Number(0));
        model.Return(again);
    }

    [Fact]
    public void A_batch_gives_the_same_bits_as_its_rows_alone()
    {
        using var model = Load(new());
        var batch = model.Rent(50);
        for (var row = 0; row < 50; row++)
            Fill(batch, row, row % 3 == 0 ? "ATL" : "SFO", row, row / 50.0);
        batch.Run();
        var single = model.Rent(1);
        for (var row = 0; row < 50; row++)
        {
            Fill(single, 0, row % 3 == 0 ? "ATL" : "SFO", row, row / 50.0);
            single.Run();
            Assert.Equal(single.Outputs[0].Number(0), batch.Outputs[0].Number(row));
        }

        model.Return(single);
        model.Return(batch);
    }

    [Fact]
    public async Task Requests_that_were_scored_together_get_their_own_answers()
    {
        var test = new TestModel();
        using var model = Load(test);
        using var runner = new BatchRunner(model, 16, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var binding = model.Rent(1);
            Fill(binding, 0, i % 2 == 0 ? "ATL" : "SFO", i % 24, 0.5);
            await runner.RunAsync(binding);
            var score = binding.Outputs[0].Number(0);
            model.Return(binding);
            return (i, score);
        }));
        Assert.All(answers, answer => Assert.Equal(test.Probability(answer.i % 2 == 0 ? "ATL" : "SFO", answer.i % 24, 0.5), answer.score, 1e-6));
    }

    [Fact]
    public async Task A_row_that_fails_in_a_batch_fails_alone()
    {
        using var model = Load(new() { BreaksAbove = 100, BreaksByFailing = true });
        using var runner = new BatchRunner(model, 8, TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var failed = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var binding = model.Rent(1);
            Fill(binding, 0, "SFO", i == 3 ? 101 : 5, 0);
            try
            {
                await runner.RunAsync(binding);
                return false;
            }
            catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
            {
                return true;
            }
            finally
            {
                model.Return(binding);
            }
        }));
        Assert.Equal([false, false, false, true, false, false, false, false], failed);
    }

    [Fact]
    public void What_is_not_ONNX_is_refused_by_name()
    {
        byte[] pickle = [0x80, 4, 0x95, 0, 0, 0, 0];
        var error = Assert.Throws<InvalidException>(() => OnnxModel.Load(pickle, "model/flights:1", TestModel.Manifest(default)));
        Assert.Contains("model/flights:1", error.Message);
        Assert.Contains("pickle", error.Message);
    }

    [Fact]
    public void A_graph_that_is_cut_short_is_refused()
    {
        var content = new TestModel().ToOnnx();
        Assert.Throws<InvalidException>(() => OnnxModel.Load(content[..(content.Length / 2)], "model/flights:1", TestModel.Manifest(default)));
    }

    [Fact]
    public void A_graph_that_disagrees_with_its_manifest_is_refused_with_every_place()
    {
        var manifest = TestModel.Manifest(default) with
        {
            Inputs = [new("origin", ModelFieldType.Float32, [-1, 1], ModelFieldSource.Request), new("time", ModelFieldType.Int64, [-1, 1], ModelFieldSource.Request)],
        };
        var error = Assert.Throws<InvalidException>(() => OnnxModel.Load(new TestModel().ToOnnx(), "model/flights:1", manifest));
        Assert.Equal(["inputs/delay", "inputs/hour", "inputs/origin", "inputs/time"], error.Errors.Keys.Order());
    }

    private static OnnxModel Load(TestModel model) => OnnxModel.Load(model.ToOnnx(), "model/flights:1", TestModel.Manifest(default));

    private static void Fill(OnnxBinding binding, int row, string origin, double hour, double delay)
    {
        binding.Inputs[0].Fill(row, Texts.Get(System.Text.Encoding.UTF8.GetBytes(origin)));
        binding.Inputs[1].Fill(row, [hour]);
        binding.Inputs[2].Fill(row, [delay]);
    }
}
