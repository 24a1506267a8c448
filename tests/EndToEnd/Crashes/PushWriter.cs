using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Events pushed to a feature view. Each push is of one user of its own, in an hour of its own life of the server.</summary>
internal sealed class PushWriter : IWriter
{
    private const int Events = 3;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<(string User, int Hour)> _acknowledged = [];
    private int _hour;
    private int _inHour;

    public Task PrepareAsync(Server server) => server.Client.Resources.ApplyAsync("""
        kind: FeatureView
        name: clicks
        spec:
          source: clicks
          entity: [user]
          timestamp: at
          every: 1h
          features:
            - {name: clicks_30d, aggregate: count, window: 30d}
        ---
        kind: FeatureService
        name: clicks
        spec: {features: [{view: clicks}]}
        """);

    public async Task WriteAsync(Server server)
    {
        var user = $"u{_hour}-{_inHour++}";
        var at = Start.AddHours(_hour).AddSeconds(_inHour);
        await server.Client.Features.PushAsync("clicks", [.. Enumerable.Repeat<object>(new { at, user }, Events)]);
        _acknowledged.Add((user, _hour));
    }

    public async Task CheckAsync(Server server)
    {
        var written = _inHour;
        await server.Client.Features.AdvanceAsync("clicks", Start.AddHours(_hour + 1));
        await CheckAsync(server, [.. _acknowledged.Where(push => push.Hour == _hour).Select(push => push.User)], expected: [Events]);
        await CheckAsync(server, [$"u{_hour}-{written - 1}"], expected: [0, Events]); // The one that the crash hit, perhaps.
        (_hour, _inHour) = (_hour + 1, 0);
    }

    public async Task CheckAllAsync(Server server)
    {
        await CheckAsync(server);
        foreach (var some in _acknowledged.Chunk(200))
            await CheckAsync(server, [.. some.Select(push => push.User)], expected: [Events]);
    }

    private async Task CheckAsync(Server server, IReadOnlyList<string> users, double[] expected)
    {
        if (users.Count == 0)
            return;
        var read = await server.Client.Features.ReadAsync("clicks", [.. users.Select(user => new Dictionary<string, string> { ["user"] = user })], Start.AddHours(_hour + 1));
        Assert.Equal(users.Count, read.Rows.Count);
        for (var i = 0; i < users.Count; i++)
            Assert.True(expected.Contains(read.Rows[i].Values[0] ?? 0), $"{users[i]} has {read.Rows[i].Values[0]} events.");
    }
}
