using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orrery.Benchmarks.Language;

/// <summary>How fast so many threads read memory and do nothing else: the bound of decoding, which reads all weights for each token.</summary>
internal static unsafe class MemoryReading
{
    private const long Bytes = 512L << 20;

    /// <summary>Bytes a second, the best of three passes over far more than a cache holds.</summary>
    public static double Measure(int threads)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 4096);
        NativeMemory.Fill(memory, (nuint)Bytes, 1);
        var share = Bytes / threads;
        var best = 0.0;
        for (var pass = 0; pass < 3; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            var others = Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Read(memory + i * share, share))).ToList();
            others.ForEach(thread => thread.Start());
            Read(memory, share);
            others.ForEach(thread => thread.Join());
            best = Math.Max(best, Bytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        NativeMemory.AlignedFree(memory);
        return best;
    }

    private static long Read(byte* memory, long bytes)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        for (long i = 0; i + 256 <= bytes; i += 256)
        {
            a += Vector512.Load((long*)(memory + i));
            b += Vector512.Load((long*)(memory + i + 64));
            c += Vector512.Load((long*)(memory + i + 128));
            d += Vector512.Load((long*)(memory + i + 192));
        }

        return Vector512.Sum(a + b + c + d);
    }
}
