using Orrery.Search.Filters;

namespace Orrery.Search.Queries;

/// <summary>What a formula reads of a payload.</summary>
internal static class FormulaParts
{
    /// <summary>The paths whose values it takes.</summary>
    public static IEnumerable<PayloadPath> Fields(this Formula formula) => formula.All().Select(part => part switch
    {
        FieldValue field => field.Path,
        GeoDistance distance => distance.To,
        MomentField field => field.Path,
        _ => null,
    }).OfType<PayloadPath>();

    /// <summary>The conditions that it asks.</summary>
    public static IEnumerable<Condition> Conditions(this Formula formula) => formula.All().OfType<Holds>().Select(holds => holds.Condition);

    private static IEnumerable<Formula> All(this Formula formula) => Inner(formula).SelectMany(All).Prepend(formula);

    private static IEnumerable<Formula> Inner(Formula formula) => formula switch
    {
        Sum sum => sum.Terms,
        Product product => product.Factors,
        Quotient quotient => [quotient.Left, quotient.Right],
        Power power => [power.Base, power.Exponent],
        Apply apply => [apply.Of],
        Decay { Target: { } target } decay => [decay.X, target],
        Decay decay => [decay.X],
        _ => [],
    };
}
