using Microsoft.Extensions.Time.Testing;
using Orrery.Platform.Work;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>
/// Runs a queue beside a list that says what it should do. Invariant: what is handed out is the unfinished item that has been due longest,
/// and only the worker who was given it last can finish it.
/// </summary>
internal sealed class WorkQueueModelRun(IWorkQueue queue, FakeTimeProvider time, string name)
{
    private readonly List<Expected> _unfinished = [];
    private readonly List<WorkItem> _everTaken = [];
    private int _added;

    public async Task StepAsync(string what, int key, TimeSpan span)
    {
        var now = time.GetUtcNow();
        switch (what)
        {
            case "enqueue":
                var isNew = _unfinished.TrueForAll(e => e.Key != $"{key}");
                var due = now + (span.Seconds % 2 == 0 ? span : TimeSpan.Zero);
                Assert.Equal(isNew, await queue.EnqueueAsync(name, $"{key}", default, due));
                if (isNew)
                    _unfinished.Add(new() { Key = $"{key}", Due = due, Order = _added++ });
                break;
            case "take":
                var expected = _unfinished.Where(e => e.Due <= now).OrderBy(e => e.Due).ThenBy(e => e.Order).FirstOrDefault();
                var taken = await queue.TryTakeAsync(name, "w", span);
                Assert.Equal((expected?.Key, expected?.Attempt + 1), (taken?.Key, taken?.Attempt));
                if (expected is not null)
                    Hold(expected, taken!, now + span);
                break;
            case "advance":
                time.Advance(span);
                break;
            default:
                if (_everTaken.Count > 0)
                    await SettleAsync(what, _everTaken[key % _everTaken.Count], now, span);
                break;
        }

        Assert.Equal(_unfinished.Count, await queue.CountAsync(name));
    }

    private async Task SettleAsync(string what, WorkItem item, DateTimeOffset now, TimeSpan span)
    {
        var held = _unfinished.Find(e => e.Held == item);
        var done = what switch
        {
            "complete" => await queue.CompleteAsync(item),
            "release" => await queue.ReleaseAsync(item, now + span),
            _ => await queue.RenewAsync(item, span),
        };
        Assert.Equal(held is not null, done);
        if (held is null)
            return;
        held.Due = now + span;
        if (what == "complete")
            _unfinished.Remove(held);
        else if (what == "release")
            held.Held = null;
    }

    private void Hold(Expected expected, WorkItem item, DateTimeOffset until)
    {
        expected.Held = item;
        expected.Attempt++;
        expected.Due = until;
        _everTaken.Add(item);
    }

    private sealed class Expected
    {
        public required string Key { get; init; }
        public required int Order { get; init; }
        public DateTimeOffset Due { get; set; }
        public int Attempt { get; set; }
        public WorkItem? Held { get; set; }
    }
}
