using System.Buffers;
using System.Diagnostics;
using System.Text;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Features.Online;
using Orrery.Platform.KeyValues;

namespace Orrery.Benchmarks.Spine;

/// <summary>
/// Fifty features of one entity, and of a hundred, read in this process; beside bare point reads of rows as long from the same store. A figure is the median of the
/// single reads of a round.
/// </summary>
internal static class OnlinePart
{
    private const string Peer = "bare point reads of the store";

    // A version byte, a tick and fifty doubles: as long as the rows that features lie in.
    private const int RowBytes = 1 + sizeof(long) + (Features * sizeof(double));

    private const int Features = 50;

    private const int Batch = 100;

    public static async Task RunAsync(BenchmarkContext context, OpenHouse house, CancellationToken cancellationToken)
    {
        context.Report.Say($"Online reads: {context.Scale.Reads:N0} a round, among {context.Scale.Visitors:N0} entities …");
        var reader = await house.Get<IOnlineFeatures>().OpenAsync(OpenHouse.Caller, FlightHouse.WideService, cancellationToken);
        if (reader.Features.Count != Features)
            throw new InvalidOperationException($"Expected {Features} features, the service has {reader.Features.Count}.");
        var space = house.Get<IKeyValueStore>().Space("benchmark");
        await FillAsync(space, context.Scale.Visitors, cancellationToken);

        var visitors = Visitors(context.Scale);
        var keys = visitors.Select(visitor => Encoding.UTF8.GetBytes(visitor)).ToArray();
        var now = TimeProvider.System.GetUtcNow();
        var values = new double[Features];
        CheckThere(reader, visitors[0], now);
        var buffer = new ArrayBufferWriter<byte>(RowBytes);

        void Ours(int read) => reader.Read([visitors[read]], now, values);
        void Bare(int read)
        {
            buffer.ResetWrittenCount();
            space.TryGet(keys[read], buffer);
        }

        Median(1, Ours, visitors.Length); // compiles
        Median(1, Bare, visitors.Length);
        await AddAsync(context, "online/one-entity", 1, 10, Ours, Bare);
        await AddAsync(context, "online/hundred-entities", Batch, 300, Ours, Bare);
    }

    private static async Task AddAsync(BenchmarkContext context, string name, int batch, double bound, Action<int> ours, Action<int> bare)
    {
        var reads = context.Scale.Reads;
        var (left, right) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Task.FromResult(Median(batch, ours, reads)), _ => Task.FromResult(Median(batch, bare, reads)));
        context.Report.Add(new(name, "µs", Peer, left, right, Goal.Below(bound, "µs")));
    }

    /// <summary>The median time, in microseconds, of so many reads together.</summary>
    private static double Median(int batch, Action<int> read, int reads)
    {
        var times = new double[reads / batch];
        for (var i = 0; i < times.Length; i++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var j = 0; j < batch; j++)
                read((i * batch) + j);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        return Samples.Median(times);
    }

    private static string[] Visitors(Scale scale)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, scale.Reads).Select(_ => FlightHouse.Visitor(random.Next(scale.Visitors)))];
    }

    private static void CheckThere(IOnlineFeatureReader reader, string visitor, DateTimeOffset now)
    {
        var (values, readings) = (new double[Features], new FeatureReading[Features]);
        reader.Read([visitor], now, values, readings);
        if (readings.Any(reading => reading.Status != FeatureStatus.Present))
            throw new InvalidOperationException($"The features of {visitor} are {readings[0].Status}.");
    }

    private static async Task FillAsync(IKeyValueSpace space, int rows, CancellationToken cancellationToken)
    {
        var row = new byte[RowBytes];
        foreach (var numbers in Enumerable.Range(0, rows).Chunk(1_000))
        {
            var batch = new KeyValueBatch();
            foreach (var number in numbers)
            {
                new Random(number).NextBytes(row);
                batch.Put(Encoding.UTF8.GetBytes(FlightHouse.Visitor(number)), row);
            }

            await space.WriteAsync(batch, cancellationToken: cancellationToken);
        }
    }
}
