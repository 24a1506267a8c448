using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Memory;

/// <summary>Asks for memory before it is needed: a dependent read that misses all caches costs as much as ten distances of 100 components.</summary>
internal static unsafe class Prefetching
{
    private const int CacheLine = 64;

    // 16 cache lines, 256 components of float32: beyond that the hardware's own prefetcher has caught on.
    private const int Most = 1024;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(void* start, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        var end = (byte*)start + Math.Min(Most, bytes);
        for (var line = (byte*)start; line < end; line += CacheLine)
            Sse.Prefetch0(line);
    }
}
