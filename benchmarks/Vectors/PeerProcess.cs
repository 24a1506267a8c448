using System.Diagnostics;
using System.Globalization;

namespace Orrery.Benchmarks.Vectors;

/// <summary>Another library in a process of its own: a command goes in, a line of numbers comes out.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>hnswlib, compiled by <c>./bench</c> for this very processor: Debian's Python module has no AVX.</summary>
    public static string Hnswlib { get; } = Path.Combine(Checkout.Root, "artifacts", "bench-cache", "hnswlib_peer");

    public static async Task<PeerProcess?> StartHnswlibAsync(VectorSet set) => File.Exists(Hnswlib) ? await StartAsync(Hnswlib, [], set) : null;

    public static async Task<PeerProcess?> StartFaissAsync(VectorSet set)
    {
        const string Python = "/usr/bin/python3";
        try
        {
            return File.Exists(Python) ? await StartAsync(Python, [Path.Combine(AppContext.BaseDirectory, "Vectors", "Peers", "faiss_peer.py")], set) : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Python is there, FAISS is not
        }
    }

    /// <summary>Gives a command and reads its numbers.</summary>
    public async Task<double[]> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The peer ended at '{command}'.");
        return [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<PeerProcess> StartAsync(string program, string[] first, VectorSet set)
    {
        string[] arguments =
        [
            .. first, set.PointFile, set.QueryFile, set.TruthFile, set.Dimension.ToString(CultureInfo.InvariantCulture), set.Metric.ToString(),
            VectorSet.K.ToString(CultureInfo.InvariantCulture),
        ];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Debian's OpenBLAS does not know processors that came after it and takes an old kernel.
        if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
            start.Environment["OPENBLAS_CORETYPE"] = "SkylakeX";
        // The commands say how many threads; OpenBLAS would take all besides, and wait for them more than it computes.
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        var peer = new PeerProcess(Process.Start(start)!);
        return await peer._process.StandardOutput.ReadLineAsync() is "ready" ? peer : throw new InvalidOperationException($"{program} did not start.");
    }
}
