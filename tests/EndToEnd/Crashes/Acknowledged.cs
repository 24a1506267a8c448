using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>The promise that is tested: what was acknowledged is found again.</summary>
internal static class Acknowledged
{
    private const int MaxNamed = 10;

    /// <summary>Fails with the names of what is not there.</summary>
    public static void IsThere<T>(string what, IEnumerable<T> acknowledged, IEnumerable<T> found)
    {
        var lost = acknowledged.Except(found).ToList();
        Assert.True(lost.Count == 0, $"{lost.Count} acknowledged {what} are lost: {string.Join(", ", lost.Take(MaxNamed))}{(lost.Count > MaxNamed ? " …" : "")}");
    }
}
