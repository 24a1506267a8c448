using Microsoft.Extensions.Hosting;
using Orrery.Platform.Hosting;
using Xunit;

namespace Orrery.Architecture.Tests;

/// <summary>A module shows its contract and hides its inside.</summary>
public sealed class ModuleSurfaceTests
{
    [Fact]
    public void Handlers_and_stores_are_internal()
    {
        var leaked = DependencyRules.Modules.SelectMany(module => module.GetExportedTypes())
            .Where(type => !type.IsInterface && (type.Name.EndsWith("Handler", StringComparison.Ordinal)
                || type.Name.EndsWith("Store", StringComparison.Ordinal)));
        Assert.Empty(leaked.Select(type => type.FullName));
    }

    [Fact]
    public void Concrete_classes_are_sealed_abstract_or_static()
    {
        var open = DependencyRules.Modules.Concat(DependencyRules.Engines).SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract && type.Namespace?.StartsWith("Orrery.", StringComparison.Ordinal) == true)
            .Where(type => !type.Name.Contains('<', StringComparison.Ordinal));
        Assert.Empty(open.Where(type => !HasSubclass(type)).Select(type => type.FullName));
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        string[] banned = ["Manager", "Helper", "Helpers", "Utils", "Utility", "Common", "Processor", "Impl"];
        var named = DependencyRules.Modules.Concat(DependencyRules.Engines).Append(DependencyRules.Wires)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith("Orrery.", StringComparison.Ordinal) == true)
            .Where(type => banned.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal)));
        Assert.Empty(named.Select(type => type.FullName));
    }

    [Fact]
    public void What_runs_in_the_background_ends_in_order()
    {
        var loops = DependencyRules.Modules.SelectMany(module => module.GetTypes()).Where(type => type.IsSubclassOf(typeof(BackgroundService))).ToList();
        Assert.NotEmpty(loops);
        Assert.Empty(loops.Where(type => !type.IsSubclassOf(typeof(BackgroundLoop))).Select(type => type.FullName));
    }

    private static bool HasSubclass(Type type) => type.Assembly.GetTypes().Any(other => other.BaseType == type);
}
