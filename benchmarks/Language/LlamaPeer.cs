using System.Diagnostics;
using System.Globalization;

namespace Orrery.Benchmarks.Language;

/// <summary>llama.cpp, as npm's node-llama-cpp carries it compiled, in a process of its own.</summary>
internal sealed class LlamaPeer : IAsyncDisposable
{
    public const string Name = "llama.cpp";

    private readonly Process _process;

    private LlamaPeer(Process process) => _process = process;

    private static string Modules { get; } = Path.Combine(Checkout.Root, "artifacts", "bench-cache", "llama", "node_modules");

    public static bool IsThere => Directory.Exists(Path.Combine(Modules, "node-llama-cpp"));

    public static async Task<LlamaPeer> StartAsync(string model, int threads)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Language", "Peers", "llama_peer.mjs"), Modules, model, threads.ToString(CultureInfo.InvariantCulture)];
        var peer = new LlamaPeer(Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        while (await peer._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
                return peer;
        }

        throw new InvalidOperationException("llama.cpp did not start; what it said stands above.");
    }

    /// <summary>Reads a prompt and generates after it.</summary>
    public async Task<Speed> MeasureAsync(int prompt, int generate)
    {
        await _process.StandardInput.WriteLineAsync(FormattableString.Invariant($"{prompt} {generate}"));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("llama.cpp ended.");
        var numbers = line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>Tokens a second.</summary>
/// <param name="Prefill">Of the prompt.</param>
/// <param name="Decode">Generated, one after the other.</param>
internal sealed record Speed(double Prefill, double Decode);
