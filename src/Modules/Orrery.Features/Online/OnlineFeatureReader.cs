using System.Buffers;
using System.Diagnostics;
using Orrery.Features.Services;
using Orrery.Features.Views;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Signals;

namespace Orrery.Features.Online;

internal sealed class OnlineFeatureReader : IOnlineFeatureReader
{
    private const int MaxStackBytes = 512;

    private readonly IKeyValueSpace _space;
    private readonly string _workspace;
    private readonly OnlineLayouts _layouts;
    private readonly TagList _tags;
    private Binding _binding;

    public OnlineFeatureReader(FeatureServicePlan service, IKeyValueSpace space, string workspace, OnlineLayouts layouts)
    {
        _space = space;
        _workspace = workspace;
        _layouts = layouts;
        _tags = new() { { "workspace", workspace }, { "service", service.Version.Name } };
        var changes = layouts.Changes; // before the rows: a change meanwhile is seen at the first read
        Keys = service.Keys;
        Features = [.. service.Features];
        var position = 0;
        // A view that is used twice with the same keys is read once.
        _binding = new(changes, [.. service.Views
            .SelectMany(use => use.Features.Select(f => (use.View, Keys: string.Join(',', use.Keys), Use: use, Feature: new Target(f.Index, position++))))
            .GroupBy(t => (t.View.Name, t.Keys))
            .Select(g => StoredRow.Of(workspace, g.First().View, [.. g.First().Use.Keys], [.. g.Select(t => t.Feature)]))]);
    }

    public IReadOnlyList<string> Keys { get; }

    public IReadOnlyList<string> Features { get; }

    public void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values) => Read(keys, at, values, []);

    public void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values, Span<FeatureReading> readings)
    {
        if (keys.Length != Keys.Count)
            throw new ArgumentException($"Expected {Keys.Count} keys ({string.Join(", ", Keys)}), got {keys.Length}.", nameof(keys));
        if (values.Length != Features.Count || (readings.Length != values.Length && !readings.IsEmpty))
            throw new ArgumentException($"Expected room for {Features.Count} features, got {values.Length} values and {readings.Length} readings.", nameof(values));
        var began = Stopwatch.GetTimestamp();
        var now = SignalBatch.ToMicroseconds(at);
        var bytes = EntityKey.OnlineOffset + EntityKey.MaxBytes(keys);
        byte[]? rented = null;
        Span<byte> key = bytes <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : rented = ArrayPool<byte>.Shared.Rent(bytes * 2);
        try
        {
            foreach (var row in Rows())
                Read(row, keys, now, key, values, readings);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }

        FeaturesMetrics.Reads.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, _tags);
    }

    private StoredRow[] Rows()
    {
        var binding = Volatile.Read(ref _binding);
        var changes = _layouts.Changes;
        if (binding.Changes != changes)
            Volatile.Write(ref _binding, binding = new(changes, [.. binding.Rows.Select(Moved)]));
        return binding.Rows;
    }

    // A view that no longer has the entity or a feature cannot take over: its row then has no value, as the old layout's are gone.
    private StoredRow Moved(StoredRow row)
    {
        if (_layouts.Find(_workspace, row.View.Name) is not { } view || view.Layout == row.View.Layout
            || !view.Entity.Select(e => e.Name).SequenceEqual(row.View.Entity.Select(e => e.Name)))
        {
            return row;
        }

        var names = view.Features.Select(f => f.Name).ToList();
        var targets = row.Targets.Select(t => new Target(names.IndexOf(row.View.Features[t.Index].Name), t.Position)).ToArray();
        return targets.Any(t => t.Index < 0) ? row : StoredRow.Of(_workspace, view, row.KeyPositions, targets);
    }

    private void Read(StoredRow row, ReadOnlySpan<string> keys, long now, Span<byte> key, Span<double> values, Span<FeatureReading> readings)
    {
        row.Prefix.CopyTo(key);
        var length = row.Prefix.Length;
        foreach (var position in row.KeyPositions)
            length += EntityKey.Write(keys[position], key[length..]);

        var buffer = ReadBuffer.Take();
        var reading = new FeatureReading(FeatureStatus.NotFound, default);
        if (_space.TryGet(key[..length], buffer))
        {
            PackedRow.Check(buffer.Written, row.View.Features.Count);
            var tick = PackedRow.Tick(buffer.Written);
            var expired = row.View.TtlMicroseconds is { } ttl && now - (tick * row.View.Clock.Microseconds) > ttl;
            reading = new(expired ? FeatureStatus.Expired : FeatureStatus.Present, row.View.Clock.Time(tick));
        }

        foreach (var target in row.Targets)
        {
            values[target.Position] = reading.Status == FeatureStatus.Present ? PackedRow.Value(buffer.Written, target.Index) : double.NaN;
            if (!readings.IsEmpty)
                readings[target.Position] = reading;
        }
    }

    /// <summary>Value <paramref name="Index"/> of the stored row is feature <paramref name="Position"/> of the service.</summary>
    private readonly record struct Target(int Index, int Position);

    /// <summary>The rows that are read, as of so many changes of layouts.</summary>
    private sealed record Binding(int Changes, StoredRow[] Rows);

    private sealed record StoredRow(FeatureViewPlan View, byte[] Prefix, int[] KeyPositions, Target[] Targets)
    {
        public static StoredRow Of(string workspace, FeatureViewPlan view, int[] keyPositions, Target[] targets) =>
            new(view, [.. EntityKey.Prefix(workspace, view), (byte)'o'], keyPositions, targets);
    }
}
