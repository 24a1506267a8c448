using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Features.Online;

/// <summary>Opens readers of the online store. Thread-safe.</summary>
public interface IOnlineFeatures
{
    /// <summary>A reader for the latest version of a feature service; keep it and use it for many requests.</summary>
    /// <exception cref="NotFoundException">There is no such feature service, or one of its views is gone.</exception>
    /// <exception cref="InvalidException">The service does not fit its views.</exception>
    Task<IOnlineFeatureReader> OpenAsync(Caller caller, string featureService, CancellationToken cancellationToken = default);
}

/// <summary>What came of reading one feature.</summary>
public enum FeatureStatus
{
    /// <summary>The value is in force. It is NaN where nothing was in the window.</summary>
    Present,
    /// <summary>The entity has no row: nothing of it was ever known, or the view was not materialized.</summary>
    NotFound,
    /// <summary>The row is older than the view's time to live.</summary>
    Expired,
}

/// <summary>Where a value comes from.</summary>
/// <param name="Status">What came of reading it.</param>
/// <param name="Tick">The tick at which the row came into force; default where there is none.</param>
public readonly record struct FeatureReading(FeatureStatus Status, DateTimeOffset Tick);

/// <summary>
/// Reads all features of one feature service by entity keys. Thread-safe, allocates nothing on the laptop store; one point read of the store for each
/// pair of view and entity, however many features.
/// </summary>
public interface IOnlineFeatureReader
{
    /// <summary>The entity keys that a read takes, in order: <c>origin</c>, <c>destination</c>.</summary>
    IReadOnlyList<string> Keys { get; }

    /// <summary>The features that a read gives, in order, by the names that the model knows them by.</summary>
    IReadOnlyList<string> Features { get; }

    /// <summary>
    /// Fills <paramref name="values"/> (length of <see cref="Features"/>) with the values in force at <paramref name="at"/>. A feature of an entity that is not there,
    /// or whose value is older than its view's time to live, is NaN.
    /// </summary>
    /// <param name="keys">One value for each of <see cref="Keys"/>; integers and booleans in their invariant text form.</param>
    /// <param name="at">The request's time; decides expiry alone, never which value is newest.</param>
    /// <param name="values">Receives the features.</param>
    void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values);

    /// <summary>As <see cref="Read(ReadOnlySpan{string}, DateTimeOffset, Span{double})"/>, and says of each value where it comes from.</summary>
    /// <param name="keys">One value for each of <see cref="Keys"/>.</param>
    /// <param name="at">The request's time.</param>
    /// <param name="values">Receives the features.</param>
    /// <param name="readings">Receives, for each feature, its status and tick.</param>
    void Read(ReadOnlySpan<string> keys, DateTimeOffset at, Span<double> values, Span<FeatureReading> readings);
}
