namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// Waits for what another process does, however slow the machine is, but not for ever: it gives up after many looks in a row that saw no change,
/// and says what it was waiting for.
/// </summary>
internal static class Patience
{
    // Two minutes at least, and as much longer as the looks themselves take.
    private const int MaxLooksWithoutChange = 1_200;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks until nothing is left of <paramref name="what"/>.</summary>
    public static async Task UntilNothingIsLeftAsync(string what, Func<Task<IReadOnlyCollection<string>>> look)
    {
        var before = await look();
        for (var looks = 0; before.Count > 0; looks++)
        {
            if (looks == MaxLooksWithoutChange)
                throw new InvalidOperationException($"{looks} looks saw no change; {before.Count} {what} are left:\n{string.Join('\n', before)}");
            await Task.Delay(BetweenLooks, TimeProvider.System);
            var now = await look();
            if (!now.Order(StringComparer.Ordinal).SequenceEqual(before.Order(StringComparer.Ordinal)))
                looks = -1;
            before = now;
        }
    }

    /// <summary>Waits for a task that may never end.</summary>
    public static async Task<T> ForAsync<T>(Task<T> task, Func<string> whyNot)
    {
        for (var looks = 0; await Task.WhenAny(task, Task.Delay(BetweenLooks, TimeProvider.System)) != task; looks++)
        {
            if (looks == MaxLooksWithoutChange)
                throw new InvalidOperationException(whyNot());
        }

        return await task;
    }
}
