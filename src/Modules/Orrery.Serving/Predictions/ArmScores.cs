using Orrery.Serving.Plans;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Predictions;

/// <summary>What one arm made of a request.</summary>
internal sealed class ArmScores
{
    private double[] _values = new double[1];

    /// <summary>Rows scored; 0 where the arm was not asked or failed.</summary>
    public int Rows { get; private set; }

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Rows);

    /// <summary>The outputs, until they are written.</summary>
    public OnnxBinding? Binding { get; set; }

    public string? Error { get; set; }

    public Exception? Cause { get; set; }

    /// <summary>Keeps the scores of a run; false, and nothing kept, where one is not finite.</summary>
    public bool Take(ArmPlan arm, OnnxBinding binding)
    {
        var output = binding.Outputs[arm.ScoreOutput];
        var width = output.Spec.Width;
        if (_values.Length < binding.Rows)
            _values = new double[binding.Rows];
        for (var row = 0; row < binding.Rows; row++)
        {
            _values[row] = output.Number(row * width + arm.ScoreColumn);
            if (!double.IsFinite(_values[row]))
                return false;
        }

        (Rows, Binding) = (binding.Rows, binding);
        return true;
    }

    public void Clear() => (Rows, Binding, Error, Cause) = (0, null, null, null);
}
