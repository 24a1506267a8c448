using CsCheck;
using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;
using Xunit;

namespace Orrery.Tuning.Tests.Samplers;

public sealed class GridSamplerTests
{
    [Fact]
    public void Every_point_of_the_grid_comes_once_before_any_comes_again() => Gen.Select(Gen.Int[1, 6], Gen.Int[0, 9], Gen.Int[2, 7], Gen.ULong).Sample((choices, width, points, seed) =>
    {
        var space = new SearchSpace(
            ParameterSpec.Categorical("c", [.. Enumerable.Range(0, choices).Select(i => $"{i}")]), ParameterSpec.Integer("n", 0, width), ParameterSpec.Float("x", 1, 2));
        var sampler = new GridSampler(space, seed, points);
        Assert.Equal((long)choices * (width + 1) * points, sampler.Size);
        var seen = Enumerable.Range(0, (int)sampler.Size).Select(i => string.Join(' ', space.FromUnit(sampler.Propose(i, new SeededRandom(0))).Values)).ToList();
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen[0], string.Join(' ', space.FromUnit(sampler.Propose(seen.Count, new SeededRandom(0))).Values));
    }, iter: 50);

    [Fact]
    public void Both_ends_of_a_scale_are_on_the_grid()
    {
        var space = new SearchSpace(ParameterSpec.Float("x", 1, 3));
        var sampler = new GridSampler(space, 7, pointsPerScale: 3);
        Assert.Equal([1.0, 2, 3], Enumerable.Range(0, 3).Select(i => space.FromUnit(sampler.Propose(i, new SeededRandom(0)))["x"].Number).Order());
    }

    [Fact]
    public void A_grid_that_no_number_can_count_is_refused() =>
        Assert.Throws<InvalidException>(() => new GridSampler(new([.. Enumerable.Range(0, 30).Select(i => ParameterSpec.Float($"x{i}", 0, 1))]), 1));
}
