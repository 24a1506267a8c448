namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Instants of the wire: milliseconds since 1970.</summary>
internal static class MlflowTimes
{
    /// <summary>The last instant that there is a date for.</summary>
    public static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DateTimeOffset Read(MlflowFields fields, string name, long milliseconds) => milliseconds >= 0 && milliseconds <= Latest
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        : throw fields.Wrong(name, "A time is in milliseconds since 1970 and not negative.");
}
