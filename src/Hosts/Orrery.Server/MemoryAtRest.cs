using System.Runtime.InteropServices;
using Orrery.Platform.Hosting;

namespace Orrery.Server;

/// <summary>
/// Gives memory back when a server has worked and then rests: the collector keeps what a load needed until it is asked, and glibc keeps it for good (after a load of
/// tracking 60 MB of the one and 20 of the other). A rest is <see cref="Interval"/> with hardly an allocation, so nobody waits for the collection.
/// </summary>
internal sealed partial class MemoryAtRest(TimeProvider time) : BackgroundLoop
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var rests = new Rests();
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (!rests.Begins(GC.GetTotalAllocatedBytes()))
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            if (OperatingSystem.IsLinux())
                TrimNative();
        }
    }

    private static void TrimNative()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no arenas to trim.
        }
        catch (DllNotFoundException)
        {
            // Neither has a system without glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);
}

/// <summary>Tells from how much was allocated by then, asked at equal intervals, when a rest begins that is worth a collection.</summary>
internal sealed class Rests
{
    /// <summary>What open pages and idle workers allocate in an interval.</summary>
    private const long IdleBytes = 2 << 20;

    /// <summary>Less work than this since the last collection is not worth one.</summary>
    private const long WorthBytes = 64 << 20;

    private long _last;
    private long _collected;

    public bool Begins(long allocated)
    {
        var idle = allocated - _last <= IdleBytes;
        _last = allocated;
        if (!idle || allocated - _collected < WorthBytes)
            return false;
        _collected = allocated;
        return true;
    }
}
