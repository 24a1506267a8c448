using System.Globalization;

namespace Orrery.Import.Mlflow;

/// <summary>Numbers as Python writes them.</summary>
internal static class MlflowNumber
{
    public static bool TryParse(string text, out double value)
    {
        (var special, value) = text switch
        {
            "nan" or "NaN" => (true, double.NaN),
            "inf" or "Infinity" => (true, double.PositiveInfinity),
            "-inf" or "-Infinity" => (true, double.NegativeInfinity),
            _ => (false, 0),
        };
        return special || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>MLflow keeps infinities as the greatest doubles.</summary>
    public static double Restored(double value) => value switch
    {
        double.MaxValue => double.PositiveInfinity,
        double.MinValue => double.NegativeInfinity,
        _ => value,
    };
}
