namespace Orrery.Monitoring.Alerts;

/// <summary>A finding of a monitor that somebody should know of.</summary>
/// <param name="Id">Its id, which its record in the stream <c>alerts</c> has too.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Kind">What was found.</param>
/// <param name="Measure">The feature that drifted most, or the metric.</param>
/// <param name="Value">Its distance or value.</param>
/// <param name="Threshold">The bound that it crossed.</param>
/// <param name="Message">A sentence with the figures.</param>
/// <param name="Version">The model version's number.</param>
/// <param name="WindowStart">The window, with <paramref name="Version"/> and the champion's arm.</param>
/// <param name="WindowEnd">Its end.</param>
/// <param name="Time">When it could be known, in event time.</param>
/// <param name="RaisedAt">When it was raised, by the clock.</param>
/// <param name="Acknowledgement">Who has seen it; null while nobody did.</param>
public sealed record MonitorAlert(
    string Id, string Monitor, string Endpoint, AlertKind Kind, string Measure, double Value, double Threshold, string Message, int Version,
    DateTimeOffset WindowStart, DateTimeOffset WindowEnd, DateTimeOffset Time, DateTimeOffset RaisedAt, Acknowledgement? Acknowledgement);

/// <summary>What a monitor alerts about.</summary>
public enum AlertKind
{
    /// <summary>Inputs or scores drifted.</summary>
    Drift,
    /// <summary>A metric broke a rule.</summary>
    Performance,
}

/// <summary>Somebody has seen an alert.</summary>
/// <param name="Actor">Who.</param>
/// <param name="At">When.</param>
/// <param name="Note">What they say.</param>
public sealed record Acknowledgement(string Actor, DateTimeOffset At, string? Note);

/// <summary>Which alerts are wanted; null leaves a condition out.</summary>
/// <param name="Monitor">Of this monitor.</param>
/// <param name="Endpoint">About this endpoint.</param>
/// <param name="Acknowledged">Only those seen, or only those not.</param>
public sealed record AlertQuery(string? Monitor = null, string? Endpoint = null, bool? Acknowledged = null);
