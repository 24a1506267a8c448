namespace Orrery.Search.Collections;

/// <summary>A collection as the store keeps it.</summary>
/// <param name="Id">What its rows are under; a collection that is made again under the name has another.</param>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Config">What it is.</param>
internal sealed record CollectionRecord(Guid Id, string Name, DateTimeOffset CreatedAt, CollectionConfig Config);
