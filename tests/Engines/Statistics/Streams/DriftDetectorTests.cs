using Orrery.Statistics.Streams;
using Xunit;

namespace Orrery.Statistics.Tests.Streams;

public sealed class DriftDetectorTests
{
    public static TheoryData<string> Kinds => ["ADWIN", "DDM", "Page–Hinkley"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_jump_of_the_error_rate_is_found_soon(string kind)
    {
        for (var run = 0; run < 30; run++)
        {
            var (detector, random) = (Create(kind), new SeededRandom((ulong)run));
            for (var i = 0; i < 1000; i++)
                detector.Add(random.NextDouble() < 0.1 ? 1 : 0);
            var delay = Enumerable.Range(1, 1000).First(_ => detector.Add(random.NextDouble() < 0.5 ? 1 : 0) == StreamState.Drift);
            Assert.InRange(delay, 1, 200);
        }
    }

    [Theory]
    [InlineData("ADWIN", 5)]
    // DDM is known for false alarms: it never forgets its best moment.
    [InlineData("DDM", 60)]
    [InlineData("Page–Hinkley", 15)]
    public void A_steady_stream_gives_few_alarms(string kind, int most)
    {
        var alarms = 0;
        for (var run = 0; run < 100; run++)
        {
            var (detector, random, alarmed) = (Create(kind), new SeededRandom((ulong)run), false);
            for (var i = 0; i < 2000; i++)
                alarmed |= detector.Add(random.NextDouble() < 0.2 ? 1 : 0) == StreamState.Drift;
            alarms += alarmed ? 1 : 0;
        }

        Assert.InRange(alarms, 0, most);
    }

    [Fact]
    public void Adwin_keeps_what_is_new_and_its_exact_mean()
    {
        var (detector, random) = (new Adwin(), new SeededRandom(4));
        for (var i = 0; i < 3000; i++)
            detector.Add(random.NextDouble());
        Assert.Equal(3000, detector.Width);
        for (var i = 0; i < 1000; i++)
            detector.Add(3 + random.NextDouble());
        Assert.InRange(detector.Width, 900, 1100);
        Assert.Equal(3.5, detector.Mean, 0.2);
    }

    [Fact]
    public void Page_and_Hinkley_also_see_a_fall()
    {
        var detector = new PageHinkley(5);
        for (var i = 0; i < 100; i++)
            Assert.Equal(StreamState.Stable, detector.Add(1));
        Assert.Contains(StreamState.Drift, Enumerable.Range(0, 30).Select(_ => detector.Add(0)));
    }

    [Fact]
    public void Ddm_warns_before_it_alarms()
    {
        var detector = new Ddm();
        for (var i = 0; i < 200; i++)
            detector.Add(i % 10 == 0 ? 1 : 0);
        var states = Enumerable.Range(0, 60).Select(_ => detector.Add(1)).ToList();
        Assert.InRange(states.IndexOf(StreamState.Warning), 0, states.IndexOf(StreamState.Drift) - 1);
    }

    [Fact]
    public void What_is_not_a_value_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ddm().Add(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adwin().Add(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageHinkley(1).Add(double.NaN));
    }

    private static IDriftDetector Create(string kind) => kind switch
    {
        "ADWIN" => new Adwin(),
        "DDM" => new Ddm(),
        _ => new PageHinkley(20, 0.02),
    };
}
