namespace Orrery.Web.Charts;

/// <summary>How a point is to be felt.</summary>
public enum ScatterMark
{
    /// <summary>One of many.</summary>
    Plain,

    /// <summary>Among the best.</summary>
    Best,

    /// <summary>Not to be counted: it breaks a constraint.</summary>
    Faint,
}

/// <summary>A point of a cloud.</summary>
/// <param name="X">Its place across, in the axis' own terms.</param>
/// <param name="Y">Its place up.</param>
/// <param name="Text">What is said of it.</param>
/// <param name="Mark">How it is to be felt.</param>
public sealed record ScatterPoint(double X, double Y, string Text, ScatterMark Mark = ScatterMark.Plain);
