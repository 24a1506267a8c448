namespace Orrery.Embedded.Signals.Segments;

/// <summary>A segment: an immutable Parquet file with the records of an offset range.</summary>
internal sealed record Segment(long First, long End, string Path);
