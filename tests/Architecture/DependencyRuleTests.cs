using System.Reflection;
using ArchUnitNET.Fluent;
using Xunit;
using static Orrery.Architecture.Tests.DependencyRules;

namespace Orrery.Architecture.Tests;

/// <summary>Each rule holds for the house and catches its deliberate violation in <c>Violations.cs</c>: a rule that cannot fail proves nothing.</summary>
public sealed class DependencyRuleTests
{
    private static readonly Assembly Here = typeof(DependencyRuleTests).Assembly;

    [Fact]
    public void Engines_are_pure() => Holds(EnginesArePure(Engines), Engines);

    [Fact]
    public void An_impure_engine_is_caught() => Fails(EnginesArePure(Here));

    [Fact]
    public void Modules_know_no_adapter() => Holds(ModulesKnowNoAdapter(Modules), Modules);

    [Fact]
    public void A_module_that_knows_an_adapter_is_caught() => Fails(ModulesKnowNoAdapter(Here));

    [Fact]
    public void Wires_hold_no_state() => Holds(WiresHoldNoState(Wires), Wires);

    [Fact]
    public void A_wire_with_a_store_is_caught() => Fails(WiresHoldNoState(Here));

    private static void Holds(IArchRule rule, params Assembly[] assemblies) =>
        Assert.Empty(rule.Evaluate(Load(assemblies)).Where(result => !result.Passed).Select(result => result.Description));

    private static void Fails(IArchRule rule) => Assert.False(rule.HasNoViolations(Load(Here)));
}
