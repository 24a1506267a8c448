namespace Orrery.Data.Ingestion;

/// <summary>Why a row is not in the dataset.</summary>
public enum QuarantineReason
{
    /// <summary>It has more or fewer fields than there are columns.</summary>
    Ragged,
    /// <summary>A quote is not closed, or text follows it.</summary>
    BadQuote,
    /// <summary>It is longer than a record may be.</summary>
    TooLong,
    /// <summary>It is not UTF-8.</summary>
    InvalidEncoding,
    /// <summary>It is no JSON object.</summary>
    InvalidJson,
    /// <summary>A value does not read as its column's type.</summary>
    WrongType,
    /// <summary>A required value is not there.</summary>
    Missing,
    /// <summary>A derived column could not be computed.</summary>
    DeriveFailed,
    /// <summary>Another row has the same key.</summary>
    DuplicateKey,
    /// <summary>It breaks an expectation of the source's suite.</summary>
    Expectation,
}

/// <summary>One thing that is wrong with one row.</summary>
/// <param name="Row">The record's number in the file, from 1 on, the header not counted.</param>
/// <param name="Line">The line on which the record begins, where the file has lines.</param>
/// <param name="Column">The column, where one is to blame.</param>
/// <param name="Value">Its value as it stands in the file, cut at 256 characters.</param>
/// <param name="Reason">The kind of defect.</param>
/// <param name="Detail">For a person: what was expected, what came.</param>
/// <param name="Record">The beginning of the whole record.</param>
public sealed record QuarantinedRow(long Row, long? Line, string? Column, string? Value, QuarantineReason Reason, string Detail, string? Record);
