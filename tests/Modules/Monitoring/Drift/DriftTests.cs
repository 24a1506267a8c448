using Orrery.Data;
using Orrery.Data.Datasets;
using Orrery.Ledger.Tests;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.References;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Signals;
using Orrery.Statistics;
using Orrery.Statistics.Histograms;
using Xunit;

namespace Orrery.Monitoring.Tests.Drift;

/// <summary>What a window's counts say against the reference's.</summary>
public sealed class DriftTests
{
    private static readonly DriftMethod[] OverCells = [DriftMethod.Psi, DriftMethod.JensenShannon, DriftMethod.Hellinger, DriftMethod.Chi2];

    [Fact]
    public async Task Counts_distances_and_p_values_are_those_of_NumPy_and_SciPy()
    {
        var (numeric, categorical) = (Golden.Read("numeric"), Golden.Read("categorical"));
        var (delays, carriers) = (numeric.Numbers("reference"), categorical.Texts("reference"));
        var references = await ReferenceAsync(delays, carriers);
        Assert.Equal(["delay", "carrier"], references.Select(r => r.Name));
        Assert.All(numeric.Numbers("edges").Zip(references[0].Edges!), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(numeric.Counts("referenceCells"), references[0].Cells);
        Assert.Equal(categorical.Texts("categories"), references[1].Categories!);
        Assert.Equal(categorical.Counts("referenceCells"), references[1].Cells);

        foreach (var method in OverCells)
        {
            var spec = new DriftSpec(Numeric: new(method), Categorical: new(method), Correction: Statistics.HypothesisTests.MultipleTestingCorrection.None);
            var sample = Sample(references, spec, numeric.Numbers("window"), categorical.Texts("window"));
            var (drift, histograms) = DriftAnalysis.Compare(spec, sample, null, null);
            var name = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(method.ToString());
            foreach (var (golden, feature, histogram) in new[] { (numeric, drift.Features[0], histograms[0]), (categorical, drift.Features[1], histograms[1]) })
            {
                Assert.Equal(golden.Counts("windowCells"), histogram.Window);
                Assert.Equal(golden.Number(name), feature.Distance, 1e-12);
                Assert.Equal(golden.Number("p"), feature.PValue, 1e-12);
            }
        }
    }

    [Fact]
    public async Task The_reference_counts_as_a_histogram_over_the_same_edges_does()
    {
        var random = new SeededRandom(3);
        double[] values = [.. Enumerable.Range(0, 3000).Select(i => i % 17 == 0 ? double.NaN : i % 11 == 0 ? 0 : Math.Exp(3 * random.NextGaussian()))];
        var reference = (await ReferenceAsync(values, [.. values.Select(_ => "x")]))[0];
        Assert.Equal(Histogram.Of([.. values.Select(FeatureReference.Rounded)], new([.. reference.Edges!])).Cells.ToArray(), reference.Cells);
    }

    [Fact]
    public async Task A_constant_and_an_empty_column_are_no_trouble()
    {
        var constant = await ReferenceAsync([.. Enumerable.Repeat(4.0, 100)], [.. Enumerable.Repeat("x", 100)]);
        var spec = new DriftSpec();
        var (same, _) = DriftAnalysis.Compare(spec, Sample(constant, spec, [.. Enumerable.Repeat(4.0, 600)], [.. Enumerable.Repeat("x", 600)]), null, null);
        Assert.False(same.Breached);
        var (other, _) = DriftAnalysis.Compare(spec, Sample(constant, spec, [.. Enumerable.Repeat(5.0, 600)], [.. Enumerable.Repeat("x", 600)]), null, null);
        Assert.True(other.Breached);
        Assert.Empty(await ReferenceAsync([.. Enumerable.Repeat(double.NaN, 10)], [.. Enumerable.Repeat("", 10)]));
    }

    [Fact]
    public void A_value_falls_into_the_same_bin_as_double_and_as_float()
    {
        // 1/3 as a double is not 1/3 as a float, and it is an edge here.
        var edges = new HistogramEdges(0, FeatureReference.Rounded(1 / 3.0), 1);
        Assert.Equal(edges.BinOf(FeatureReference.Rounded(1 / 3.0)), edges.BinOf(FeatureReference.Rounded((float)(1 / 3.0))));
        Assert.NotEqual(edges.BinOf(1 / 3.0), edges.BinOf((float)(1 / 3.0)));
    }

    [Theory]
    [InlineData(DriftMethod.Psi)]
    [InlineData(DriftMethod.Ks)]
    [InlineData(DriftMethod.Wasserstein)]
    public void Where_nothing_changed_no_more_windows_drift_than_alpha_says(DriftMethod method)
    {
        const int Seeds = 400;
        const double Alpha = 0.05;
        // Any distance counts, so that chance alone decides.
        var spec = new DriftSpec(Numeric: new(method, 1e-9), Alpha: Alpha, MinSample: 1);
        var found = 0;
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var random = new SeededRandom(seed);
            var references = Enumerable.Range(0, 5).Select(i => Normal(random, $"f{i}", 2000)).ToList();
            found += Compare(spec, references, random, 400, shift: 0).Breached ? 1 : 0;
        }

        // Three standard errors above alpha: a true rate of alpha fails once in 700 such tests.
        var bound = Alpha + 3 * Math.Sqrt(Alpha * (1 - Alpha) / Seeds);
        Assert.True(found <= bound * Seeds, $"{found} of {Seeds} windows drifted; at most {bound:P1} may");
        Assert.True(method != DriftMethod.Psi || found > 0, "the test of cells is exact enough to err sometimes; none at all means that it cannot find anything");
    }

    [Fact]
    public void With_its_usual_thresholds_nothing_drifts_where_nothing_changed_and_a_shift_is_found_every_time()
    {
        var spec = new DriftSpec();
        for (var seed = 0UL; seed < 60; seed++)
        {
            var random = new SeededRandom(seed);
            var references = Enumerable.Range(0, 5).Select(i => Normal(random, $"f{i}", 4000)).ToList();
            Assert.False(Compare(spec, references, random, 500, shift: 0).Breached);
            var shifted = Compare(spec, references, random, 500, shift: 0.8);
            Assert.Equal(["f0"], shifted.Features.Where(f => f.Drifted).Select(f => f.Feature));
        }
    }

    [Fact]
    public void Missing_values_and_new_categories_drift_too()
    {
        var random = new SeededRandom(5);
        var reference = Normal(random, "delay", 4000);
        var carrier = new FeatureReference("carrier", null, ["AA", "DL"], [2000, 2000, 0, 0]);
        var spec = new DriftSpec();
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 3 == 0 ? double.NaN : random.NextGaussian())];
        string[] carriers = [.. Enumerable.Range(0, 1000).Select(i => i % 4 == 0 ? "B6" : i % 2 == 0 ? "AA" : "DL")];
        var (drift, _) = DriftAnalysis.Compare(spec, Sample([reference, carrier], spec, values, carriers), null, null);
        Assert.All(drift.Features, feature => Assert.True(feature.Drifted, feature.Feature));
        Assert.Equal((0.334, 0.0, 0.25), (drift.Features[0].MissingShare, drift.Features[0].ReferenceMissingShare, drift.Features[1].NewShare));
    }

    [Fact]
    public void A_single_row_where_the_reference_has_none_is_no_finding()
    {
        var carrier = new FeatureReference("carrier", null, ["AA", "DL"], [25_000, 25_000, 0, 0]);
        var spec = new DriftSpec(Categorical: new(DriftMethod.Chi2, 1e-9));
        string[] carriers = [.. Enumerable.Range(0, 500).Select(i => i == 0 ? "B6" : i % 2 == 0 ? "AA" : "DL")];
        var (drift, _) = DriftAnalysis.Compare(spec, Sample([carrier], spec, [], carriers), null, null);
        Assert.InRange(drift.Features[0].PValue, 0.5, 1);
    }

    private static WindowDrift Compare(DriftSpec spec, List<FeatureReference> references, SeededRandom random, int rows, double shift)
    {
        var schema = PredictionStream.Schema(references.Select(r => r.Name), []);
        var batch = new SignalBatch(schema);
        for (var row = 0; row < rows; row++)
        {
            batch.Prediction(Streams.Start, $"{row}", 0.5);
            for (var i = 0; i < references.Count; i++)
                batch.Set(schema.Ordinal($"f.{references[i].Name}"), (double?)(random.NextGaussian() + (i == 0 ? shift : 0)));
        }

        var sample = new WindowSample(references, spec, schema);
        sample.Add(batch, Window(rows));
        return DriftAnalysis.Compare(spec, sample, null, null).Drift;
    }

    private static FeatureReference Normal(SeededRandom random, string name, int rows)
    {
        double[] values = [.. Enumerable.Range(0, rows).Select(_ => FeatureReference.Rounded(random.NextGaussian()))];
        var edges = HistogramEdges.Quantiles(values, 10);
        return new(name, [.. edges.Values], null, [.. Histogram.Of(values, edges).Cells]);
    }

    private static WindowSample Sample(IReadOnlyList<FeatureReference> references, DriftSpec spec, double[] delays, string[] carriers)
    {
        var schema = PredictionStream.Schema(["delay"], ["carrier"]);
        var batch = new SignalBatch(schema);
        for (var row = 0; row < carriers.Length; row++)
        {
            batch.Prediction(Streams.Start, $"{row}", 0.5).Set(schema.Ordinal("k.carrier"), carriers[row]);
            if (delays.Length > 0)
                batch.Set(schema.Ordinal("f.delay"), (double?)delays[row]);
        }

        var sample = new WindowSample(references, spec, schema);
        sample.Add(batch, Window(carriers.Length));
        return sample;
    }

    private static WindowRow Window(int rows)
    {
        var start = SignalBatch.ToMicroseconds(Streams.Start);
        return new() { Workspace = "default", Monitor = "m", Start = start, End = start + 1, Version = 1, Arm = WindowKey.Champion, FirstPrediction = 0, LastPrediction = rows };
    }

    private static async Task<IReadOnlyList<FeatureReference>> ReferenceAsync(double[] delays, string[] carriers)
    {
        await using var platform = await LedgerTest.StartAsync(services => services.AddData(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build()));
        using var session = platform.Analytics.Open();
        var rows = delays.Zip(carriers, (d, c) => FormattableString.Invariant($"({(double.IsNaN(d) ? "'NaN'" : d.ToString("R", System.Globalization.CultureInfo.InvariantCulture))}::DOUBLE, '{c}', TIMESTAMP '2001-01-01')"));
        var dataset = await platform.Get<IDatasets>().WriteAsync(
            LedgerTest.Ada, new("training"), session, $"SELECT * FROM (VALUES {string.Join(", ", rows)}) AS t(delay, carrier, scheduled)");
        return await new ReferenceQuery(platform.Analytics).RunAsync(dataset, 10, default);
    }
}
