namespace Orrery.Web.Charts;

/// <summary>A bar of a histogram: the share of rows in a cell, beside the reference's share where there is one.</summary>
public sealed record Bar(string Label, double Share, double? Reference = null);
