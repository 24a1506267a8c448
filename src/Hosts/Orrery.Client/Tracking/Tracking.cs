using System.Runtime.InteropServices;
using Orrery.Kernel;
using Orrery.Kernel.Provenance;

namespace Orrery.Client.Tracking;

/// <summary>Ways to track a run of this program.</summary>
public static class Tracking
{
    /// <summary>Starts a run on the server. Dispose it, or end it with <see cref="TrackedRun.FinishAsync"/>.</summary>
    public static async Task<TrackedRun> TrackAsync(this OrreryClient orrery, NewRun run, TrackingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orrery);
        ArgumentNullException.ThrowIfNull(run);
        var started = await orrery.Runs.StartAsync(Described(run), cancellationToken);
        return new(new ServerSink(orrery.Runs, started.Id), options ?? new());
    }

    /// <summary>Runs <paramref name="work"/> as a run: finished where it returns, cancelled where it was cancelled, failed where it throws, which is thrown on.</summary>
    public static async Task TrackAsync(this OrreryClient orrery, NewRun run, Func<TrackedRun, Task> work, TrackingOptions? options = null, CancellationToken cancellationToken = default) =>
        await WorkAsync(await orrery.TrackAsync(run, options, cancellationToken), work);

    /// <summary>
    /// Starts a run without a server: it is written into a folder of its own below <paramref name="folder"/>, and <c>orrery sync FOLDER</c> sends it later, once, however often it is called.
    /// </summary>
    public static TrackedRun TrackOffline(string folder, NewRun run, TrackingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(run);
        options ??= new();
        return new(OfflineSink.Create(folder, Described(run), options.Clock), options);
    }

    /// <summary>As <see cref="TrackAsync(OrreryClient, NewRun, Func{TrackedRun, Task}, TrackingOptions?, CancellationToken)"/>, into a folder.</summary>
    public static Task TrackOfflineAsync(string folder, NewRun run, Func<TrackedRun, Task> work, TrackingOptions? options = null) => WorkAsync(TrackOffline(folder, run, options), work);

    private static async Task WorkAsync(TrackedRun tracked, Func<TrackedRun, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        await using (tracked)
        {
            try
            {
                await work(tracked);
            }
            catch (Exception error)
            {
                try
                {
                    await tracked.FinishAsync(error is OperationCanceledException ? "cancelled" : "failed", error.ToString());
                }
                catch (OrreryException)
                {
                    // What failed first is what the caller must hear.
                }

                throw;
            }
        }
    }

    private static NewRun Described(NewRun run) => run with
    {
        Environment = run.Environment ?? new(
            GitCommit.Of(Environment.CurrentDirectory), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription, $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores", CommandLine.OfThisProcess()),
    };
}
