using System.Reflection;
using Orrery.Cluster;
using Orrery.Embedded;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>Every port has a suite, and every adapter runs it.</summary>
public sealed class ConformanceCoverageTests
{
    /// <summary>Interfaces of Orrery.Platform that are no port: two that are reached through one, one that modules implement, one that the host does, one that wires do.</summary>
    private static readonly HashSet<Type> NotPorts = [typeof(IKeyValueSpace), typeof(ISignalStream), typeof(IOwnerFactory<>), typeof(ISignIn), typeof(IRefusalWriter)];

    private static readonly Type[] Ports = [.. typeof(IDatabase).Assembly.GetExportedTypes().Where(t => t.IsInterface && !NotPorts.Contains(t))];

    private static readonly Type[] Suites = [.. typeof(ConformanceCoverageTests).Assembly.GetTypes().Where(t => t.IsAbstract && Port(t) is not null && t.BaseType!.IsAbstract && Definition(t) != typeof(Conformance<>))];

    private static readonly Assembly[] Adapters = [typeof(EmbeddedPlatform).Assembly, typeof(ClusterPlatform).Assembly];

    public static TheoryData<Type> AllPorts => [.. Ports];

    [Theory, MemberData(nameof(AllPorts))]
    public void Every_port_has_a_suite(Type port) => Assert.Contains(Suites, suite => Port(suite) == port);

    [Theory, MemberData(nameof(AllPorts))]
    public void Every_adapter_runs_the_suite_of_its_port(Type port)
    {
        var adapters = Adapters.SelectMany(assembly => assembly.GetTypes()).Where(t => t.IsClass && t.GetInterfaces().Any(i => Definition(i) == port)).ToArray();
        Assert.NotEmpty(adapters);
        Assert.All(adapters, adapter => Assert.Contains(Runs(), run => Port(run) == port && Adapter(run) == adapter));
    }

    [Fact]
    public void The_exceptions_still_exist_and_are_few() => Assert.All(NotPorts, type => Assert.Contains(type, typeof(IDatabase).Assembly.GetExportedTypes()));

    private static IEnumerable<Type> Runs() => typeof(ConformanceCoverageTests).Assembly.GetTypes().Where(t => !t.IsAbstract && Port(t) is not null);

    private static Type? Adapter(Type run) => run.GetCustomAttributes(typeof(AdapterAttribute), false).Cast<AdapterAttribute>().SingleOrDefault()?.Type;

    private static Type? Port(Type type)
    {
        for (var t = type.BaseType; t is not null; t = t.BaseType)
        {
            if (t.IsGenericType && t.GetGenericTypeDefinition() == typeof(Conformance<>))
                return Definition(t.GetGenericArguments()[0]);
        }

        return null;
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
