using System.Runtime.InteropServices;

namespace Orrery.Training.LightGbm;

/// <summary>
/// Tells OpenMP to let waiting threads sleep. libgomp reads its environment once, when it is loaded, and by default its threads spin at every
/// barrier: on two cores that other work shares, a LightGBM training of 1.5 s took 6 to 24 s.
/// </summary>
internal static partial class OpenMpEnvironment
{
    /// <summary>
    /// Must run before the first native load. <c>Environment.SetEnvironmentVariable</c> does not do: .NET keeps a copy of its own that
    /// native code never sees. What the user set already stays.
    /// </summary>
    public static void WaitPassively()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            _ = SetEnvironmentVariable("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
