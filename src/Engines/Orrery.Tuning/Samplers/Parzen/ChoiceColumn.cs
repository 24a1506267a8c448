using Orrery.Statistics;

namespace Orrery.Tuning.Samplers.Parzen;

/// <summary>Smoothed indicators, for categories: the prior spreads one trial's weight over all choices in every kernel, so that none becomes impossible.</summary>
internal sealed class ChoiceColumn : ParzenColumn
{
    private const int Any = -1;

    private readonly int _choices;
    private readonly int[] _observed;
    private readonly double _hit;
    private readonly double _miss;

    public ChoiceColumn(double[] coordinates, int choices)
    {
        _choices = choices;
        _observed = [.. coordinates.Select(x => double.IsNaN(x) ? Any : Choice(x)), Any];
        var smoothing = 1.0 / _observed.Length;
        (_hit, _miss) = ((1 + smoothing) / (1 + choices * smoothing), smoothing / (1 + choices * smoothing));
    }

    public override void AddLog(double at, Span<double> terms)
    {
        var choice = Choice(at);
        var (hit, miss, any) = (Math.Log(_hit), Math.Log(_miss), -Math.Log(_choices));
        for (var kernel = 0; kernel < terms.Length; kernel++)
            terms[kernel] += _observed[kernel] == choice ? hit : _observed[kernel] == Any ? any : miss;
    }

    public override double Draw(int kernel, SeededRandom random)
    {
        // What all choices have alike first, then what the observed one has more.
        var at = random.NextDouble();
        var common = _observed[kernel] == Any ? 1 : _miss * _choices;
        var choice = at < common ? (int)(at / common * _choices) : _observed[kernel];
        return (Math.Min(choice, _choices - 1) + 0.5) / _choices;
    }

    private int Choice(double at) => Math.Min(_choices - 1, (int)(at * _choices));
}
