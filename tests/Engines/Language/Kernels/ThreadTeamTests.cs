using Orrery.Language.Kernels.Threads;
using Xunit;

namespace Orrery.Language.Tests.Kernels;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_part_runs_once_in_each_of_many_works(int threads)
    {
        using var team = new ThreadTeam(threads);
        for (var round = 0; round < 2000; round++)
        {
            var work = new Counting(round % 37);
            team.Run(work, round % 37);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_part_that_fails_fails_the_work_after_the_others()
    {
        using var team = new ThreadTeam(3);
        var work = new Counting(20, failing: 5);
        Assert.ThrowsAny<Exception>(() => team.Run(work, 20));
        var next = new Counting(20);
        team.Run(next, 20);
        Assert.All(next.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Callers_take_turns()
    {
        using var team = new ThreadTeam(2);
        Parallel.For(0, 200, _ =>
        {
            var work = new Counting(16);
            team.Run(work, 16);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Who_is_through_takes_parts_from_a_member_that_is_held_up(int threads)
    {
        using var team = new ThreadTeam(threads);
        var work = new HoldingUp(threads * 8);
        team.Run(work, threads * 8);
        Assert.True(work.OthersEnded, "The parts behind the one that waited were left to its own member.");
    }

    /// <summary>Its first part waits for all others, half of which belong to the same member.</summary>
    private sealed class HoldingUp(int parts) : ParallelWork
    {
        private int _others;

        public bool OthersEnded { get; private set; }

        public override void Run(int part)
        {
            if (part == 0)
                OthersEnded = SpinWait.SpinUntil(() => Volatile.Read(ref _others) == parts - 1, TimeSpan.FromSeconds(30));
            else
                Interlocked.Increment(ref _others);
        }
    }

    private sealed class Counting(int parts, int failing = -1) : ParallelWork
    {
        public int[] Counts { get; } = new int[parts];

        public override void Run(int part)
        {
            Interlocked.Increment(ref Counts[part]);
            if (part == failing)
                throw new InvalidOperationException("part");
        }
    }
}
