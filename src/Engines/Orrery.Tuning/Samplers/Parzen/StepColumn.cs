using Orrery.Statistics;

namespace Orrery.Tuning.Samplers.Parzen;

/// <summary>
/// Normals cut to [0, 1] and integrated over equal steps, for a finite scale. All kernels are equally wide, so what a kernel gives a step depends on how far apart they are alone.
/// </summary>
internal sealed class StepColumn : ParzenColumn
{
    private readonly int _steps;
    private readonly int[] _centres;
    private readonly double _bandwidth;

    // By distance in steps, and by the kernel's step; NaN until it is asked for.
    private readonly double[] _logMass;
    private readonly double[] _logInside;

    public StepColumn(double[] coordinates, int steps, double bandwidth)
    {
        (_steps, _bandwidth) = (steps, bandwidth);
        _centres = [.. coordinates.Select(x => double.IsNaN(x) ? -1 : Step(x)), -1];
        (_logMass, _logInside) = (new double[steps], new double[steps]);
        Array.Fill(_logMass, double.NaN);
        Array.Fill(_logInside, double.NaN);
    }

    public override void AddLog(double at, Span<double> terms)
    {
        var step = Step(at);
        var prior = LogPrior(step);
        for (var kernel = 0; kernel < terms.Length; kernel++)
            terms[kernel] += _centres[kernel] < 0 ? prior : LogMass(Math.Abs(step - _centres[kernel])) - LogInside(_centres[kernel]);
    }

    public override double Draw(int kernel, SeededRandom random) =>
        _centres[kernel] < 0 ? DrawCut(PriorMean, PriorDeviation, random) : DrawCut(Middle(_centres[kernel]), _bandwidth, random);

    private int Step(double at) => Math.Min(_steps - 1, (int)(at * _steps));

    private double Middle(int step) => (step + 0.5) / _steps;

    private double LogMass(int distance)
    {
        if (double.IsNaN(_logMass[distance]))
            _logMass[distance] = Log(Mass(0, _bandwidth, (distance - 0.5) / _steps, (distance + 0.5) / _steps));
        return _logMass[distance];
    }

    private double LogInside(int step)
    {
        if (double.IsNaN(_logInside[step]))
            _logInside[step] = Log(Mass(Middle(step), _bandwidth, 0, 1));
        return _logInside[step];
    }

    private double LogPrior(int step) =>
        Log(Mass(PriorMean, PriorDeviation, (double)step / _steps, (step + 1.0) / _steps) / Mass(PriorMean, PriorDeviation, 0, 1));

    // A step too far away for a double has the smallest chance that there is rather than none.
    private static double Log(double mass) => Math.Log(Math.Max(mass, double.Epsilon));
}
