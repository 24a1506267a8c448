namespace Orrery.Features.Services;

/// <summary>What a request may carry besides entity keys.</summary>
public enum RequestType
{
    /// <summary>A 64-bit float.</summary>
    Number,
    /// <summary>A 64-bit integer.</summary>
    Integer,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>UTF-8 text.</summary>
    Text,
    /// <summary>An instant.</summary>
    Timestamp,
}

/// <summary>A value that the request itself brings, because only the caller knows it.</summary>
public sealed record RequestField(string Name, RequestType Type);

/// <summary>Features of one view, for one of the entities that a request names.</summary>
/// <param name="View">The feature view.</param>
/// <param name="Keys">The request's key for each entity column of the view: <c>{ airport: origin }</c>. Columns that are left out keep their name.</param>
/// <param name="Prefix">What is put before each feature's name: <c>origin_</c>.</param>
/// <param name="Select">The features wanted, in order; all of the view where it is left out.</param>
public sealed record ServedView(
    string View, IReadOnlyDictionary<string, string>? Keys = null, string? Prefix = null, IReadOnlyList<string>? Select = null);

/// <summary>A feature service: the features that one model asks for, by the names it knows them by.</summary>
/// <param name="Features">Which features of which views; one view may be there several times with other keys.</param>
/// <param name="Request">What the request itself brings.</param>
public sealed record FeatureServiceSpec(IReadOnlyList<ServedView> Features, IReadOnlyList<RequestField>? Request = null);
