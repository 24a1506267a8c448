using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Orrery.Architecture.Tests;

/// <summary>Rules about the types that a room may use, which project references cannot say.</summary>
internal static class DependencyRules
{
    public static readonly Assembly[] Engines =
    [
        Assembly.Load("Orrery.Statistics"), Assembly.Load("Orrery.Fairness"), Assembly.Load("Orrery.Tuning"), Assembly.Load("Orrery.Preparation"),
        Assembly.Load("Orrery.Vectors"),
        Assembly.Load("Orrery.Language"),
    ];

    public static readonly Assembly[] Modules =
    [
        Assembly.Load("Orrery.Ledger"), Assembly.Load("Orrery.Data"), Assembly.Load("Orrery.Features"), Assembly.Load("Orrery.Training"),
        Assembly.Load("Orrery.Pipelines"), Assembly.Load("Orrery.Serving"), Assembly.Load("Orrery.Monitoring"), Assembly.Load("Orrery.Search"),
        Assembly.Load("Orrery.Gateway"),
    ];

    public static readonly Assembly Wires = Assembly.Load("Orrery.Protocols");

    /// <summary>Engines are pure computing: no dependency injection, no logging, no web, no files but streams handed in, no clock.</summary>
    public static IArchRule EnginesArePure(params Assembly[] engines) => Types().That().ResideInAssembly(engines[0], engines[1..])
        .Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(@"^Microsoft\.(Extensions|AspNetCore)(\.|$)")
            .Or().HaveFullName("System.IO.File").Or().HaveFullName("System.IO.Directory").Or().HaveFullName("System.IO.FileStream")
            .Or().HaveFullName("System.TimeProvider").Or().HaveFullName("System.Diagnostics.Stopwatch"))
        .Because("an engine is a package that is useful without the server");

    /// <summary>Modules stand on the ports alone; which database, which key-value store, is the host's choice.</summary>
    public static IArchRule ModulesKnowNoAdapter(params Assembly[] modules) => Types().That().ResideInAssembly(modules[0], modules[1..])
        .Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(@"^(Orrery\.(Embedded|Cluster)|Microsoft\.Data\.Sqlite|Npgsql|RocksDbSharp|StackExchange\.Redis)(\.|$)"))
        .Because("the same module runs on a laptop and on a cluster");

    /// <summary>A wire translates; it holds no state and no rule, so it has no store.</summary>
    public static IArchRule WiresHoldNoState(params Assembly[] wires) => Types().That().ResideInAssembly(wires[0], wires[1..])
        .Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(@"^(LinqToDB|FluentMigrator|DuckDB)(\.|$)")
            .Or().HaveFullName("Orrery.Platform.Relational.IDatabase").Or().HaveFullName("Orrery.Platform.KeyValues.IKeyValueStore"))
        .Because("foreign nouns are ours under another name");

    /// <summary>The rooms with the framework types that they use.</summary>
    public static ArchUnitNET.Domain.Architecture Load(params IEnumerable<Assembly> assemblies) => new ArchLoader().LoadAssemblies([.. assemblies]).Build();
}
