using Orrery.Tuning.Samplers;
using Orrery.Tuning.Studies;
using Orrery.Tuning.Tests.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Studies;

/// <summary>A trial must not cost more because many came before it. Bytes are counted, not time: every model allocates in proportion to the trials it looks at.</summary>
public sealed class CostTests
{
    [Theory]
    [InlineData(SamplerKind.Tpe)]
    [InlineData(SamplerKind.QuasiRandom)]
    [InlineData(SamplerKind.CmaEs)]
    [InlineData(SamplerKind.GaussianProcess)]
    [InlineData(SamplerKind.NsgaII)]
    public void A_trial_costs_the_same_after_thousands_as_after_hundreds(SamplerKind kind)
    {
        var early = MedianBytes(kind, 400);
        var late = MedianBytes(kind, 4000);
        Assert.True(late < 1.25 * early, $"{early} bytes a trial after 400, {late} after 4000");
    }

    private static long MedianBytes(SamplerKind kind, int before)
    {
        var study = new Study(Problems.HartmannSpace, new StudyOptions { Sampler = kind, Gp = new() { MaxPoints = 40, FitSteps = 5 }, Tpe = new() { MaxKernels = 64 } });
        var spread = new HaltonSampler(Problems.HartmannSpace, 1);
        for (var i = 0; i < before; i++)
            Told(study.Ask(Problems.HartmannSpace.FromUnit(spread.Propose(i, new(0)))));
        return Enumerable.Range(0, 21).Select(_ =>
        {
            var start = GC.GetAllocatedBytesForCurrentThread();
            Told(study.Ask());
            return GC.GetAllocatedBytesForCurrentThread() - start;
        }).Order().ElementAt(10);

        void Told(TrialRecord trial) => study.Tell(trial.Number, Problems.Hartmann(trial.Parameters));
    }
}
