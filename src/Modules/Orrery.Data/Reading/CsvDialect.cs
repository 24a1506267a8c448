namespace Orrery.Data.Reading;

/// <summary>How a delimited file is written.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Quote">Around fields.</param>
/// <param name="HasHeader">Whether the first record names the columns.</param>
internal sealed record CsvDialect(byte Delimiter, byte Quote, bool HasHeader);
