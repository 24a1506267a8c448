using Orrery.Statistics;

namespace Orrery.Tuning.Samplers.Parzen;

/// <summary>Normals cut to [0, 1], for a continuous scale.</summary>
internal sealed class NumberColumn : ParzenColumn
{
    private readonly double[] _means;
    private readonly double[] _precisions;
    private readonly double[] _constants;

    public NumberColumn(double[] coordinates, double bandwidth)
    {
        var kernels = coordinates.Length + 1;
        (_means, _precisions, _constants) = (new double[kernels], new double[kernels], new double[kernels]);
        for (var kernel = 0; kernel < kernels; kernel++)
        {
            var isPrior = kernel == coordinates.Length || double.IsNaN(coordinates[kernel]);
            var deviation = isPrior ? PriorDeviation : bandwidth;
            _means[kernel] = isPrior ? PriorMean : coordinates[kernel];
            _precisions[kernel] = 1 / deviation;
            _constants[kernel] = -Math.Log(deviation * Mass(_means[kernel], deviation, 0, 1)) - LogRootTau;
        }
    }

    public override void AddLog(double at, Span<double> terms)
    {
        for (var kernel = 0; kernel < terms.Length; kernel++)
        {
            var z = (at - _means[kernel]) * _precisions[kernel];
            terms[kernel] += _constants[kernel] - 0.5 * z * z;
        }
    }

    public override double Draw(int kernel, SeededRandom random) => DrawCut(_means[kernel], 1 / _precisions[kernel], random);
}
