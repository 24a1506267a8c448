using System.Globalization;
using System.Text;
using Orrery.Kernel;
using Orrery.Kernel.Provenance;

namespace Orrery.Client.Tracking;

/// <summary>
/// A run of this program. Logging returns at once: what is logged waits for others and is sent together, a batch all or nothing; where the server does not answer, it is sent
/// again, and the same point stands once however often it arrives. Thread-safe.
/// </summary>
/// <example><code>
/// await orrery.TrackAsync(new NewRun("train", "first try", "flights"), async run =>
/// {
///     run.SetParameter("lr", 0.1);
///     for (var step = 0L; step &lt; 1000; step++)
///         run.Log("loss", Train(step), step);
///     await run.PutFileAsync("model.onnx", "out/model.onnx");
/// });
/// </code></example>
public sealed class TrackedRun : IAsyncDisposable
{
    /// <summary>Points of one request.</summary>
    private const int Batch = 10_000;

    /// <summary>Lines of one request.</summary>
    private const int LineBatch = 1000;

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly IRunSink _sink;
    private readonly TrackingOptions _options;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private readonly Task _sampling;
    private readonly Task _code;
    private List<MetricPoint> _points = [];
    private Dictionary<string, string> _parameters = [];
    private Dictionary<string, string> _tags = [];
    private readonly List<NewLogLine> _lines = [];
    private long _linesSent;
    private volatile bool _finished;
    private volatile OrreryException? _refusal;

    internal TrackedRun(IRunSink sink, TrackingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPending, 1);
        (_sink, _options, _room) = (sink, options, new(options.MaxPending));
        _loop = Task.Run(() => SendEveryAsync(options.FlushEvery));
        _code = options.CodeFolder is { } folder ? Task.Run(() => KeepCodeAsync(folder)) : Task.CompletedTask;
        _sampling = options.SystemMetricsEvery is { } every ? Task.Run(() => new SystemMetrics(options.Clock).SampleIntoAsync(this, every, _stop.Token)) : Task.CompletedTask;
    }

    /// <summary>Its id.</summary>
    public RunId Id => _sink.Id;

    /// <summary>Logs one value of a metric. Where too many points wait to be sent, it waits with them.</summary>
    public void Log(string metric, double value, long step = 0, DateTimeOffset? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(metric);
        ObjectDisposedException.ThrowIf(_finished, this);
        _room.Wait(_stop.Token);
        lock (_gate)
            _points.Add(new(metric, value, step, time ?? _options.Clock.GetUtcNow()));
    }

    /// <summary>Sets a parameter. It keeps the value that it has once.</summary>
    public void SetParameter(string name, object value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_finished, this);
        lock (_gate)
            _parameters[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>Sets a tag, or changes it.</summary>
    public void SetTag(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_finished, this);
        lock (_gate)
            _tags[name] = value;
    }

    /// <summary>Writes a line of the run's log, which its page and <c>orrery logs RUN --follow</c> show as it goes on. Where too much waits to be sent, it waits too.</summary>
    public void WriteLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        ObjectDisposedException.ThrowIf(_finished, this);
        // One entry a line, so that both sides count alike.
        foreach (var one in line.TrimEnd('\r', '\n').Split('\n'))
        {
            _room.Wait(_stop.Token);
            lock (_gate)
                _lines.Add(new(one.TrimEnd('\r'), _options.Clock.GetUtcNow()));
        }
    }

    /// <summary>Stores a file of this machine; it is streamed.</summary>
    public async Task PutFileAsync(string path, string file, string mediaType = "application/octet-stream", CancellationToken cancellationToken = default)
    {
        await using var content = File.OpenRead(file);
        await PutAsync(path, content, mediaType, cancellationToken);
    }

    /// <summary>Stores a text.</summary>
    public Task PutTextAsync(string path, string text, string mediaType = "text/plain", CancellationToken cancellationToken = default) =>
        PutAsync(path, new MemoryStream(Encoding.UTF8.GetBytes(text)), mediaType, cancellationToken);

    /// <summary>Stores content; it is streamed.</summary>
    public Task PutAsync(string path, Stream content, string mediaType = "application/octet-stream", CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        return _sink.PutArtifactAsync(path, content, mediaType, cancellationToken);
    }

    /// <summary>Completes when all that was logged before is durable.</summary>
    /// <exception cref="OrreryException">The server refuses it: a name that is too long, a parameter with another value.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await SendLinesAsync(cancellationToken);
            var (points, parameters, tags) = Take();
            var sent = 0;
            try
            {
                do
                {
                    var batch = points.GetRange(sent, Math.Min(Batch, points.Count - sent));
                    if (batch.Count + parameters.Count + tags.Count > 0)
                        await _sink.LogAsync(batch, parameters, tags, cancellationToken);
                    (parameters, tags) = ([], []);
                    sent += batch.Count;
                    Release(batch.Count);
                }
                while (sent < points.Count);
            }
            catch (Exception error) when (IsPassing(error))
            {
                PutBack(points[sent..], parameters, tags);
                throw;
            }
            catch
            {
                Release(points.Count - sent); // The server will never take these; what is logged next may be good.
                throw;
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends what waits and ends the run; trying again, for about half a minute, where the server does not answer.</summary>
    /// <exception cref="OrreryException">The server refused something that was logged, now or before. The run has ended all the same.</exception>
    public async Task FinishAsync(string status = "finished", string? error = null, CancellationToken cancellationToken = default)
    {
        if (_finished)
            return;
        var endedAt = _options.Clock.GetUtcNow();
        _finished = true;
        await _code;
        await StopAsync();
        try
        {
            await RetryAsync(FlushAsync, cancellationToken);
        }
        catch (OrreryException refusal) when (!IsPassing(refusal))
        {
            _refusal ??= refusal;
        }

        await RetryAsync(token => _sink.FinishAsync(status, error, endedAt, token), cancellationToken);
        if (_refusal is { } refused)
            throw refused;
    }

    /// <summary>Ends the run as finished where nobody has ended it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await FinishAsync();
        }
        finally
        {
            await StopAsync();
            await _sink.DisposeAsync();
            _stop.Dispose();
            _room.Dispose();
            _sending.Dispose();
        }
    }

    /// <summary>Whether it may work later.</summary>
    private static bool IsPassing(Exception error) => error is HttpRequestException or UnavailableException or OperationCanceledException or IOException;

    private async Task SendLinesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            List<NewLogLine> lines;
            lock (_gate)
                lines = _lines.GetRange(0, Math.Min(LineBatch, _lines.Count));
            if (lines.Count == 0)
                return;
            try
            {
                await _sink.AppendLinesAsync(lines, _linesSent, cancellationToken);
            }
            catch (OrreryException refusal) when (!IsPassing(refusal))
            {
                Drop(lines.Count);
                throw;
            }

            _linesSent += lines.Count;
            Drop(lines.Count);
        }
    }

    private void Drop(int lines)
    {
        lock (_gate)
            _lines.RemoveRange(0, lines);
        Release(lines);
    }

    private async Task KeepCodeAsync(string folder)
    {
        try
        {
            foreach (var file in await CodeFiles.OfAsync(folder, _stop.Token))
                await RetryAsync(token => _sink.PutArtifactAsync(file.Path, new MemoryStream(file.Content), file.MediaType, token), _stop.Token);
        }
        catch (Exception error) when (error is OrreryException or OperationCanceledException or HttpRequestException or IOException)
        {
            // What the program does counts more than which code did it.
        }
    }

    private async Task SendEveryAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every, _options.Clock);
        var failures = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await FlushAsync(_stop.Token);
                    failures = 0;
                }
                catch (Exception error) when (error is not OperationCanceledException && IsPassing(error))
                {
                    await Task.Delay(Pause(failures++), _options.Clock, _stop.Token);
                }
                catch (OrreryException refusal)
                {
                    _refusal ??= refusal;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends; FinishAsync sends the rest.
        }
    }

    private async Task RetryAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await action(cancellationToken);
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException && IsPassing(error) && failures < 8)
            {
                await Task.Delay(Pause(failures), _options.Clock, cancellationToken);
            }
        }
    }

    private static TimeSpan Pause(int failures) => TimeSpan.FromMilliseconds(Math.Min(LongestRetry.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(failures, 20))));

    /// <summary>Ends the loops.</summary>
    private async Task StopAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _sampling;
        await _loop;
    }

    private (List<MetricPoint> Points, Dictionary<string, string> Parameters, Dictionary<string, string> Tags) Take()
    {
        lock (_gate)
        {
            var taken = (_points, _parameters, _tags);
            (_points, _parameters, _tags) = ([], [], []);
            return taken;
        }
    }

    private void PutBack(List<MetricPoint> points, Dictionary<string, string> parameters, Dictionary<string, string> tags)
    {
        lock (_gate)
        {
            _points.InsertRange(0, points);
            foreach (var (name, value) in parameters)
                _parameters.TryAdd(name, value);
            foreach (var (name, value) in tags)
                _tags.TryAdd(name, value); // what was set since is newer
        }
    }

    private void Release(int points)
    {
        if (points > 0)
            _room.Release(points);
    }
}
