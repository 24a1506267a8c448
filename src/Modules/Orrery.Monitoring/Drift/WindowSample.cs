using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.References;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Signals;
using Orrery.Statistics.Histograms;

namespace Orrery.Monitoring.Drift;

/// <summary>The inputs and scores of one window, counted in the reference's bins and categories.</summary>
internal sealed class WindowSample
{
    private readonly List<(FeatureReference Reference, string Column, Histogram? Numbers, CategoryHistogram? Texts)> _features = [];

    public WindowSample(IEnumerable<FeatureReference> references, DriftSpec spec, SignalSchema schema)
    {
        foreach (var reference in references.Where(r => (spec.Features ?? FeatureSelection.All).Includes(r.Name)))
        {
            var numeric = reference.Type == FeatureType.Numeric;
            var column = (numeric ? PredictionStream.FeaturePrefix : PredictionStream.KeyPrefix) + reference.Name;
            if (schema.Find(column) >= 0)
                _features.Add((reference, column, numeric ? reference.EmptyHistogram() : null, numeric ? null : reference.EmptyCategories()));
        }
    }

    public IReadOnlyList<(FeatureReference Reference, string Column, Histogram? Numbers, CategoryHistogram? Texts)> Features => _features;

    /// <summary>The scores; those that are missing are not in it.</summary>
    public List<double> Scores { get; } = [];

    /// <summary>Reads the window's part of the stream.</summary>
    public static async Task<WindowSample> ReadAsync(
        ISignalStream predictions, WindowRow window, IEnumerable<FeatureReference> references, DriftSpec spec, CancellationToken cancellationToken)
    {
        var sample = new WindowSample(references, spec, predictions.Schema);
        await foreach (var batch in predictions.ReadAsync(window.FirstPrediction, cancellationToken))
        {
            sample.Add(batch, window);
            if (batch.FirstOffset + batch.Count >= window.LastPrediction)
                break;
        }

        return sample;
    }

    /// <summary>Counts those rows of a batch that belong to the window.</summary>
    public void Add(SignalBatch batch, WindowRow window)
    {
        var columns = new PredictionColumns(batch);
        var rows = new List<int>(batch.Count);
        for (var row = 0; row < batch.Count && batch.FirstOffset + row < window.LastPrediction; row++)
        {
            var score = columns.At(row);
            if (score.PredictedAt < window.Start || score.PredictedAt >= window.End || score.Version != window.Version || MonitorState.ArmOf(score) != window.Arm)
                continue;
            rows.Add(row);
            if (score.Score is { } value && !double.IsNaN(value))
                Scores.Add(value);
        }

        foreach (var feature in _features)
        {
            var values = batch[feature.Column];
            foreach (var row in rows)
            {
                feature.Numbers?.Add(values.IsNull(row) ? double.NaN : FeatureReference.Rounded(values.Float64(row)));
                feature.Texts?.Add(values.IsNull(row) || values.Text(row).Length == 0 ? null : values.Text(row)); // empty text is missing, as the models have it
            }
        }
    }
}
