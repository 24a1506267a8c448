using Orrery.Tuning.Spaces;
using Orrery.Web.Parts;

namespace Orrery.Web.Pages.Studies;

/// <summary>A parameter as an axis: equal distances are equal steps of its own scale, choices stand one beside the other.</summary>
internal sealed class ParameterScaleAxis
{
    private const int MostLabels = 6;

    private readonly ParameterSpec _parameter;

    public ParameterScaleAxis(ParameterSpec parameter)
    {
        _parameter = parameter;
        (Low, High) = parameter.Kind == ParameterKind.Categorical ? (0, Math.Max(1, parameter.Choices!.Count - 1)) : (OnScale(parameter.Low!.Value), OnScale(parameter.High!.Value));
        if (Low == High)
            High = Low + 1;
    }

    public string Name => _parameter.Name;

    public double Low { get; }

    public double High { get; }

    /// <summary>Labels at places between <see cref="Low"/> and <see cref="High"/>.</summary>
    public IReadOnlyList<(double At, string Label)> Ticks
    {
        get
        {
            if (_parameter.Choices is { } choices)
            {
                var every = (choices.Count + MostLabels - 1) / MostLabels;
                return [.. choices.Select((choice, i) => ((double)i, choice.Length > 14 ? choice[..13] + "…" : choice)).Where((_, i) => i % every == 0)];
            }

            const int Steps = 3;
            return [.. Enumerable.Range(0, Steps + 1).Select(i => Low + i * (High - Low) / Steps)
                .Select(at => (at, Numbers.Compact(Rounded(_parameter.Scale == ParameterScale.Log ? Math.Exp(at) : at))))];
        }
    }

    /// <summary>A value's place.</summary>
    public double At(ParameterValue value) =>
        value.IsChoice ? _parameter.Choices!.ToList().IndexOf(value.Choice) : OnScale(value.Number);

    /// <summary>A value's place from 0 to 1.</summary>
    public double Share(ParameterValue value) => (At(value) - Low) / (High - Low);

    private double OnScale(double value) => _parameter.Scale == ParameterScale.Log ? Math.Log(value) : value;

    private double Rounded(double value) => _parameter.Kind == ParameterKind.Integer ? Math.Round(value) : value;
}
