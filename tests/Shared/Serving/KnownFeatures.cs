using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Tests.Serving;

/// <summary>An online store of one feature, <c>delay</c> by <c>airport</c>, that the test states.</summary>
internal sealed class KnownFeatures : IOnlineFeatures, IOnlineFeatureReader
{
    private readonly Dictionary<string, double> _delays = new(StringComparer.Ordinal) { ["ATL"] = 0.4, ["SFO"] = -0.3 };

    public IReadOnlyList<string> Keys { get; } = ["airport"];

    public IReadOnlyList<string> Features { get; } = ["delay"];

    public int Reads { get; private set; }

    public Task<IOnlineFeatureReader> OpenAsync(Caller caller, string featureService, CancellationToken cancellationToken = default) =>
        featureService == TestModel.FeatureService ? Task.FromResult<IOnlineFeatureReader>(this) : throw new NotFoundException($"no {featureService}");

    public void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values)
    {
        Reads++;
        values[0] = _delays.GetValueOrDefault(keys[0], double.NaN);
    }

    public void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values, Span<FeatureReading> readings)
    {
        Read(keys, at, values);
        readings[0] = new(double.IsNaN(values[0]) ? FeatureStatus.NotFound : FeatureStatus.Present, at);
    }
}
