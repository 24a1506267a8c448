using System.Text.Json;
using Orrery.Kernel;
using Orrery.Tuning.Studies;
using Orrery.Tuning.Tests.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Studies;

/// <summary>A worker that dies is noticed by its silence, and its trial is tried again.</summary>
public sealed class LostTrialTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_silent_worker_loses_its_trial_and_one_that_beats_keeps_it()
    {
        var leases = new TrialLeases();
        leases.Take(0, "a", Noon.AddSeconds(60));
        leases.Take(1, "b", Noon.AddSeconds(60));
        Assert.Empty(leases.Lost(Noon.AddSeconds(60)));
        Assert.True(leases.Renew(1, "b", Noon.AddSeconds(120)));
        Assert.Equal([0], leases.Lost(Noon.AddSeconds(61)));
        leases.Drop(0);
        Assert.Empty(leases.Lost(Noon.AddSeconds(61)));
        Assert.False(leases.Renew(0, "a", Noon.AddSeconds(200)));
        Assert.Null(leases.HolderOf(0));
    }

    [Fact]
    public void Nobody_renews_the_lease_of_another()
    {
        var leases = new TrialLeases();
        leases.Take(0, "a", Noon);
        Assert.False(leases.Renew(0, "b", Noon.AddSeconds(60)));
        Assert.Equal("a", leases.HolderOf(0));
    }

    [Fact]
    public void A_failed_trial_is_tried_again_as_often_as_is_allowed_with_the_same_parameters()
    {
        var study = new Study(Problems.BraninSpace);
        var first = study.Ask();
        Assert.Throws<ConflictException>(() => study.Retry(first.Number, 3));
        study.TellFailed(first.Number, "its worker was not heard of");
        Assert.True(study.Retry(first.Number, 3));
        study = Study.FromState(JsonSerializer.Deserialize<StudyState>(JsonSerializer.Serialize(study.ToState()))!);
        var second = study.Ask();
        Assert.Equal((first.Number, Text(first)), (second.RetryOf!.Value, Text(second)));
        study.TellFailed(second.Number, "again");
        Assert.True(study.Retry(second.Number, 3));
        var third = study.Ask();
        study.TellFailed(third.Number, "and again");
        Assert.False(study.Retry(third.Number, 3));
        Assert.NotEqual(Text(first), Text(study.Ask()));
        Assert.Throws<NotFoundException>(() => study.Retry(99, 3));

        static string Text(TrialRecord trial) => $"{trial.Parameters["x"]} {trial.Parameters["y"]}";
    }
}
