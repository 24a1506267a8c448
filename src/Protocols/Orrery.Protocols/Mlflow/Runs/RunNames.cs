using Orrery.Kernel;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>Names for runs that nobody named, as MLflow's <c>merciful-shrimp-123</c>; taken from the run's id, so that no other chance is needed.</summary>
internal static class RunNames
{
    private static readonly string[] Qualities =
    [
        "bright", "calm", "clear", "distant", "early", "faint", "gentle", "golden", "high", "inner", "late", "lone", "lucid", "outer", "pale", "quiet",
        "rapid", "rising", "silent", "silver", "slow", "small", "steady", "still", "swift", "tall", "twin", "vast", "warm", "wide", "wild", "young",
    ];

    private static readonly string[] Bodies =
    [
        "aphelion", "apogee", "aurora", "callisto", "ceres", "comet", "corona", "deimos", "eclipse", "equinox", "europa", "ganymede", "halo", "io", "juno", "lyra",
        "mars", "mercury", "meteor", "mira", "moon", "nebula", "neptune", "nova", "orbit", "phobos", "rhea", "saturn", "titan", "transit", "vega", "zenith",
    ];

    public static string Of(RunId run)
    {
        // The last bytes of a version 7 UUID are its chance; the first are the time.
        var chance = run.Value.ToByteArray().AsSpan(10);
        return FormattableString.Invariant($"{Qualities[chance[0] % Qualities.Length]}-{Bodies[chance[1] % Bodies.Length]}-{BitConverter.ToUInt16(chance[2..]) % 1000}");
    }
}
