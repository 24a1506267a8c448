using Orrery.Search.Filters;

namespace Orrery.Search.Points;

/// <summary>A change of points. Each gets a number in the log of its shard.</summary>
public abstract record PointOperation;

/// <summary>Which points an upsert may write.</summary>
public enum UpsertMode
{
    /// <summary>Writes what is new and replaces what is there.</summary>
    Upsert,
    /// <summary>Leaves alone what is there.</summary>
    InsertOnly,
    /// <summary>Leaves out what is new.</summary>
    UpdateOnly,
}

/// <summary>Stores points, replacing those that are there.</summary>
/// <param name="Points">The points.</param>
/// <param name="Mode">Whether new points, present ones, or both are written.</param>
/// <param name="Condition">A point that is there is replaced only where this lets it through.</param>
public sealed record UpsertPoints(IReadOnlyList<Point> Points, UpsertMode Mode = UpsertMode.Upsert, Filter? Condition = null) : PointOperation;

/// <summary>Removes points.</summary>
public sealed record DeletePoints(PointSelector Points) : PointOperation;

/// <summary>Replaces the named vectors of points that are there; their other vectors stay.</summary>
public sealed record UpdateVectors(IReadOnlyList<Point> Points, Filter? Condition = null) : PointOperation;

/// <summary>Takes the named vectors away from points.</summary>
public sealed record DeleteVectors(PointSelector Points, IReadOnlyList<string> Names) : PointOperation;

/// <summary>Merges an object into payloads, at their root or at the object that a path names.</summary>
public sealed record SetPayload(PointSelector Points, ReadOnlyMemory<byte> Payload, PayloadPath? At = null) : PointOperation;

/// <summary>Replaces payloads as a whole.</summary>
public sealed record OverwritePayload(PointSelector Points, ReadOnlyMemory<byte> Payload) : PointOperation;

/// <summary>Removes what paths name from payloads.</summary>
public sealed record DeletePayload(PointSelector Points, IReadOnlyList<PayloadPath> Paths) : PointOperation;

/// <summary>Empties payloads.</summary>
public sealed record ClearPayload(PointSelector Points) : PointOperation;

/// <summary>What became of an operation.</summary>
/// <param name="Number">Its number in the shard's log.</param>
public readonly record struct UpdateReceipt(long Number);
